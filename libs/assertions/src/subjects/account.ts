import type { Assertion } from '../assertion';
import { optionalText, requiredText, requiredTime } from '../header-checks';

/** Who may sign assertions. */
export interface Account {
  id: string;
  displayName: string;
  username: string | undefined;
  /** How sure its authority is of who that is: `unproven`, `starred` or `verified`. */
  validation: string;
}

/** @throws BrokenRuleError */
export function readAccount({ headers }: Assertion): Account {
  const displayName = requiredText(headers, 'display-name');
  const validation = requiredText(headers, 'validation');
  requiredTime(headers, 'timestamp');
  return {
    id: requiredText(headers, 'account-id'),
    displayName,
    username: optionalText(headers, 'username'),
    // snapd asserts/account.go: the trusted ones built in still have the old word.
    validation: validation === 'certified' ? 'verified' : validation,
  };
}
