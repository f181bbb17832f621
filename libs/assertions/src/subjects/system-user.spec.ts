import { decodeAssertion } from '../decode';
import type { HeaderValue } from '../headers';
import { mintAuthority } from '../mint';

const acme = mintAuthority('acme');
const timestamp = '2024-01-01T00:00:00Z';

type Headers = Record<string, HeaderValue>;

const decode = (type: string, headers: Headers) => decodeAssertion(Buffer.from(acme.sign({ type, headers })));

/** What is wrong with an assertion of these headers. */
function problem(type: string, headers: Headers): string | undefined {
  try {
    decode(type, headers);
    return undefined;
  } catch (error) {
    return (error as { reason: string }).reason;
  }
}

describe('a system-user', () => {
  const user = {
    'brand-id': 'acme',
    email: 'ann@example.com',
    username: 'ann',
    since: timestamp,
    until: '2024-06-01T00:00:00Z',
  };
  const password = '$6$salt$hash';

  it.each<[string, Headers, string | undefined]>([
    ['an e-mail and a name', user, undefined],
    ['a password', { ...user, password, 'force-password-change': 'true' }, undefined],
    [
      'a password in clear',
      { ...user, password: 'secret' },
      '"password" header invalid: hashed password must be of the form "$integer-id$salt$hash", see crypt(3)',
    ],
    [
      'an old hash',
      { ...user, password: '$1$salt$hash' },
      '"password" header only supports $id$ values of 6 (sha512crypt) or higher',
    ],
    [
      'few rounds',
      { ...user, password: '$6$rounds=1$salt$hash' },
      '"password" header rounds parameter out of bounds: 1',
    ],
    [
      'a change of no password',
      { ...user, 'force-password-change': 'true' },
      'cannot use "force-password-change" with an empty "password"',
    ],
    ['a name for the shell', { ...user, username: '$(id)' }, '"username" header contains invalid characters: "$(id)"'],
    [
      'serials in format 0',
      { ...user, models: ['box'], serials: ['1'] },
      'the "serials" header is only supported for format 1 or greater',
    ],
    [
      'an end before its start',
      { ...user, until: '2023-01-01T00:00:00Z' },
      `'until' time cannot be before 'since' time`,
    ],
    [
      'two years for any model',
      { ...user, until: '2026-01-01T00:00:00Z' },
      `'until' time cannot be more than 365 days in the future when no models are specified`,
    ],
    ['two years for one model', { ...user, models: ['box'], until: '2026-01-01T00:00:00Z' }, undefined],
  ])('with %s is taken or refused as snapd does', (_, headers, reason) => {
    expect(problem('system-user', headers)).toBe(reason);
  });
});
