import type { Assertion } from '../assertion';
import { broken, quoted } from '../errors';
import { matchingText, optionalFlag, optionalText, requiredText, requiredTime, textList } from '../header-checks';
import type { HeaderMap } from '../headers';

/** Who may be made a user of which devices. */
export interface SystemUser {
  brandId: string;
  email: string;
  username: string;
  models: string[];
  serials: string[];
  since: Date;
  until: Date;
}

// snapd osutil/user.go.
const USERNAME = /^[a-z0-9][-a-z0-9._]*$/;
const EMAIL = /^[^\s@<>]+@[^\s@<>]+$/;

/** @throws BrokenRuleError (the rules and their words: snapd asserts/system_user.go) */
export function readSystemUser({ headers, format }: Assertion): SystemUser {
  const email = requiredText(headers, 'email');
  if (!EMAIL.test(email)) broken(`"email" header must be a RFC 5322 compliant email address: ${quoted(email)}`);
  textList(headers, 'series');
  const models = textList(headers, 'models');
  const serials = textList(headers, 'serials');
  if (serials.length > 0 && format < 1) broken('the "serials" header is only supported for format 1 or greater');
  if (serials.length > 0 && models.length !== 1)
    broken('in the presence of the "serials" header "models" must specify exactly one model');
  optionalText(headers, 'name');
  const username = matchingText(headers, 'username', USERNAME);
  checkPassword(headers);
  textList(headers, 'ssh-keys');
  checkPresence(headers, format);
  return {
    brandId: requiredText(headers, 'brand-id'),
    email,
    username,
    models,
    serials,
    ...readTimes(headers, models),
  };
}

function readTimes(headers: HeaderMap, models: readonly string[]): { since: Date; until: Date } {
  const since = requiredTime(headers, 'since');
  const until = requiredTime(headers, 'until');
  if (until < since) broken(`'until' time cannot be before 'since' time`);
  const yearLater = new Date(since);
  yearLater.setUTCFullYear(since.getUTCFullYear() + 1);
  if (models.length === 0 && until > yearLater)
    broken(`'until' time cannot be more than 365 days in the future when no models are specified`);
  return { since, until };
}

/** As crypt(3) writes it: `$id$[rounds=N$]salt$hash`. */
const CRYPT = /^\$(\d+)\$(?:rounds=(\d+)\$)?[a-zA-Z0-9./]+\$[a-zA-Z0-9./]+$/;

/** The value never enters an error. */
function checkPassword(headers: HeaderMap): void {
  const password = optionalText(headers, 'password') ?? '';
  if (optionalFlag(headers, 'force-password-change') && password === '')
    broken('cannot use "force-password-change" with an empty "password"');
  if (password === '') return;
  const [form, id, rounds = '5000'] = CRYPT.exec(password) ?? [];
  if (form === undefined)
    broken('"password" header invalid: hashed password must be of the form "$integer-id$salt$hash", see crypt(3)');
  if (Number(id) < 6) broken('"password" header only supports $id$ values of 6 (sha512crypt) or higher');
  if (Number(rounds) < 5000 || Number(rounds) > 999_999_999)
    broken(`"password" header rounds parameter out of bounds: ${rounds}`);
}

function checkPresence(headers: HeaderMap, format: number): void {
  const presence = optionalText(headers, 'user-presence') ?? '';
  if (presence === '') return;
  if (format < 2) broken('the "user-presence" header is only supported for format 2 or greater');
  if (presence !== 'until-expiration')
    broken(`invalid "user-presence" header, only explicit valid value is "until-expiration": ${quoted(presence)}`);
}
