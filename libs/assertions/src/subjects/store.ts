import type { Assertion } from '../assertion';
import { broken, quoted } from '../errors';
import { optionalText, requiredText, requiredTime, textList } from '../header-checks';

/** A brand store and who runs it. */
export interface Store {
  store: string;
  operatorId: string;
}

/** @throws BrokenRuleError */
export function readStore({ headers }: Assertion): Store {
  const operatorId = requiredText(headers, 'operator-id');
  checkUrl(optionalText(headers, 'url'));
  textList(headers, 'friendly-stores');
  optionalText(headers, 'location');
  requiredTime(headers, 'timestamp');
  return { store: requiredText(headers, 'store'), operatorId };
}

function checkUrl(text: string | undefined): void {
  if (text === undefined || text === '') return;
  const url = URL.canParse(text) ? new URL(text) : broken(`"url" header must be a valid URL: ${text}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    broken(`"url" header scheme must be "https" or "http": ${quoted(text)}`);
  if (url.search !== '') broken(`"url" header must not have a query: ${text}`);
  if (url.hash !== '') broken(`"url" header must not have a fragment: ${text}`);
}
