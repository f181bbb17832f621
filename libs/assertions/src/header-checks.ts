import { broken, quoted } from './errors';
import { isMap, type HeaderMap, type HeaderValue } from './headers';

// What snapd's asserts/header_checks.go asks of values, with its words. `what` is where a value stands: a header, or of
// which snap it is.

/** @throws BrokenRuleError when it is missing, no text, or empty */
export function requiredText(map: HeaderMap, name: string, what = 'header'): string {
  const value = map[name];
  if (value === undefined) broken(`${quoted(name)} ${what} is mandatory`);
  if (typeof value !== 'string') broken(`${quoted(name)} ${what} must be a string`);
  if (value === '') broken(`${quoted(name)} ${what} should not be empty`);
  return value;
}

/** @throws BrokenRuleError when it is no text */
export function optionalText(map: HeaderMap, name: string, what = 'header'): string | undefined {
  const value = map[name];
  if (value !== undefined && typeof value !== 'string') broken(`${quoted(name)} ${what} must be a string`);
  return value;
}

/** @throws BrokenRuleError when it is missing or something else */
export function matchingText(map: HeaderMap, name: string, pattern: RegExp, what = 'header'): string {
  const value = requiredText(map, name, what);
  if (!pattern.test(value)) broken(`${quoted(name)} ${what} contains invalid characters: ${quoted(value)}`);
  return value;
}

/** @throws BrokenRuleError when it is none of them; the first is what it is when it is missing */
export function oneOf<T extends string>(map: HeaderMap, name: string, allowed: readonly T[], what: string): T {
  const value = optionalText(map, name, what);
  const found = value === undefined || value === '' ? allowed[0] : allowed.find((one) => one === value);
  return found ?? broken(`${name} ${what} must be one of ${allowed.join('|')}`);
}

/** @throws BrokenRuleError when it is anything but `true` or `false` */
export function optionalFlag(map: HeaderMap, name: string, what = 'header'): boolean {
  const value = map[name];
  if (value === undefined || value === 'false') return false;
  return value === 'true' || broken(`${quoted(name)} ${what} must be 'true' or 'false'`);
}

/** @throws BrokenRuleError when it is no whole number, or one with zeros in front */
export function wholeNumber(map: HeaderMap, name: string, what = 'header'): number {
  return numberIn(requiredText(map, name, what), name, what);
}

/** The same, or what it is when it is missing. */
export const optionalNumber = (map: HeaderMap, name: string, whenMissing: number, what = 'header'): number =>
  map[name] === undefined ? whenMissing : wholeNumber(map, name, what);

function numberIn(text: string, name: string, what: string): number {
  if (!/^[+-]?\d+$/.test(text)) broken(`${quoted(name)} ${what} is not an integer: ${text}`);
  if (/^0\d/.test(text)) broken(`${quoted(name)} ${what} has invalid prefix zeros: ${text}`);
  if (!Number.isSafeInteger(Number(text))) broken(`${quoted(name)} ${what} is out of range: ${text}`);
  return Number(text);
}

/** @throws BrokenRuleError when it is no list of texts of that form */
export function textList(map: HeaderMap, name: string, pattern?: RegExp, what = `${quoted(name)} header`): string[] {
  const value = map[name];
  if (value === undefined) return [];
  if (!isTextList(value)) broken(`${what} must be a list of strings`);
  const odd = pattern && value.find((text) => !pattern.test(text));
  if (odd !== undefined) broken(`${what} contains an invalid element: ${quoted(odd)}`);
  return value;
}

const isTextList = (value: HeaderValue): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** @throws BrokenRuleError with `problem` when it is no list of maps */
export function mapList(map: HeaderMap, name: string, problem: string): HeaderMap[] {
  const value = map[name];
  return Array.isArray(value) && value.every(isMap) ? value : broken(problem);
}

/** @throws BrokenRuleError when it is missing or no time */
export const requiredTime = (map: HeaderMap, name: string): Date => timeIn(requiredText(map, name), name);

/** @throws BrokenRuleError when it is no time */
export function optionalTime(map: HeaderMap, name: string): Date | undefined {
  return map[name] === undefined ? undefined : requiredTime(map, name);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

function timeIn(text: string, name: string): Date {
  const [, year, month, day, hour, minute, second] = RFC3339.exec(text) ?? [];
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const real = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days;
  if (!real || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    broken(`${quoted(name)} header is not a RFC3339 date: ${quoted(text)}`);
  return new Date(text);
}

/** Lower case letters, digits and single dashes between them, with a letter; in steps, so that no text makes it slow. */
export const isName = (name: string): boolean =>
  /^[a-z0-9-]+$/.test(name) && /[a-z]/.test(name) && !/^-|-$|--/.test(name);

/** Whether snapd would take it as the name of a snap or component (snap/naming/validate.go). */
export const isSnapName = (name: string): boolean => name.length >= 2 && name.length <= 40 && isName(name);

export const SNAP_ID = /^[a-z0-9A-Z]{32}$/;
export const ACCOUNT_ID = /^(?:[a-z0-9A-Z]{32}|[-a-z0-9]{2,28})$/;
export const VALIDATION_SET_NAME = /^[a-z0-9](?:-?[a-z0-9])*$/;
