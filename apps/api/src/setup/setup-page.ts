import { createHash } from 'node:crypto';
import { PASSWORD_LENGTH } from '@corefleet/features/access';

const SCRIPT = `
const form = document.querySelector('form');
const said = document.querySelector('output');
const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
if (!token) said.textContent = 'Open the whole link that the server printed.';
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { username, password } = Object.fromEntries(new FormData(form));
  const answer = await fetch('/v1/setup', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, username, password }),
  });
  if (answer.ok) {
    form.remove();
    said.textContent = 'The first admin "' + username + '" is made. Log in with POST /v1/login.';
    return;
  }
  const problem = await answer.json();
  said.textContent = [problem.detail, ...(problem.problems ?? []).map((p) => p.field + ' ' + p.message)].join('; ');
});
`;

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 4rem auto; padding: 0 1rem; }
label, input { display: block; width: 100%; box-sizing: border-box; }
input { font: inherit; padding: .4rem; margin: 0 0 1rem; }
button { font: inherit; padding: .4rem 1rem; }
output { display: block; margin-top: 1rem; }
`;

/** The page of the one-time link. The token stays in the fragment, which no server or log ever sees, until it is posted. */
export const SETUP_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Set up Corefleet</title>
<style>${STYLE}</style>
<h1>Set up Corefleet</h1>
<form>
  <label for="username">Username of the first admin</label>
  <input id="username" name="username" required maxlength="64" pattern="[a-z0-9][a-z0-9._\\-]*" autocomplete="username">
  <label for="password">Password, at least ${PASSWORD_LENGTH.least} characters</label>
  <input id="password" name="password" type="password" required minlength="${PASSWORD_LENGTH.least}" autocomplete="new-password">
  <button>Make the first admin</button>
</form>
<output role="status"></output>
<script>${SCRIPT}</script>
</html>
`;

/** Only this very script and style may run, and the form may talk to this server alone. */
export const SETUP_PAGE_POLICY =
  `default-src 'none'; script-src ${hashSource(SCRIPT)}; style-src ${hashSource(STYLE)}; connect-src 'self'; ` +
  `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
