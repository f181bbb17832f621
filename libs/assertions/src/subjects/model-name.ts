import { broken } from '../errors';
import { matchingText } from '../header-checks';
import type { HeaderMap } from '../headers';

const MODEL = /^[a-zA-Z0-9](?:-?[a-zA-Z0-9])*$/;

/** @throws BrokenRuleError when it is missing or no name of a model */
export function readModelName(headers: HeaderMap): string {
  const name = matchingText(headers, 'model', MODEL);
  return name === name.toLowerCase() ? name : broken('"model" header cannot contain uppercase letters');
}
