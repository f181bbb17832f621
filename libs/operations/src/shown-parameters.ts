import { findOperation } from './operations';
import { HIDDEN, withoutSecrets } from './secrets';

/**
 * An operation's parameters as they may be shown: its secrets hidden. Of an operation that is not in this catalogue
 * nothing is shown, because nobody can tell what is secret in it.
 */
export function shownParameters(operation: string, parameters: unknown): unknown {
  const found = findOperation(operation);
  return found ? withoutSecrets(found.parameters, parameters) : HIDDEN;
}
