import type { ValidationSetWish } from '@corefleet/contracts/http';
import { InvalidRequestError } from '@corefleet/platform/errors';
import type { ChoosableSequence } from './imported-sets';

/**
 * Resolves `latest` to the newest sequence that is imported and not bad, and refuses what no device could do. Pure.
 * @param imported all sequences of the set, newest first
 * @throws InvalidRequestError with fields below `does.validationSet`
 */
export function resolveWish(wish: ValidationSetWish, imported: readonly ChoosableSequence[]): ValidationSetWish {
  const { set, sequence, mode, followLatest } = wish;
  if (mode === 'forget') {
    if (sequence !== undefined) refuse('sequence', 'is not for forgetting: a set is forgotten at whatever sequence');
    if (followLatest) refuse('followLatest', 'is not for forgetting');
    return wish;
  }
  if (sequence === undefined) refuse('sequence', 'is missing: name a sequence, or "latest"');
  if (imported.length === 0) refuse('set', `is not imported: no sequence of ${set} is known`);
  const newest = imported.find(({ bad }) => bad === null)?.sequence;
  if (sequence === 'latest') {
    if (newest === undefined) refuse('sequence', `cannot be resolved: every imported sequence of ${set} is marked bad`);
    return { ...wish, sequence: newest };
  }
  const chosen = imported.find((one) => one.sequence === sequence);
  if (!chosen) refuse('sequence', `is not imported: ${set} is known at ${listed(imported)}`);
  if (chosen.bad !== null) refuse('sequence', `is marked bad: ${chosen.bad}`);
  if (followLatest && sequence !== newest)
    refuse('followLatest', `contradicts a sequence that is not the newest: ${newest}`);
  return wish;
}

const SEQUENCES_NAMED = 5;

function listed(imported: readonly ChoosableSequence[]): string {
  const named = imported.slice(0, SEQUENCES_NAMED).map(({ sequence }) => sequence);
  return `${named.join(', ')}${imported.length > SEQUENCES_NAMED ? ' and older ones' : ''}`;
}

function refuse(field: keyof ValidationSetWish, message: string): never {
  const path = `does.validationSet.${field}`;
  throw new InvalidRequestError(`cannot plan rollout: ${path} ${message}`, [{ field: path, message }]);
}
