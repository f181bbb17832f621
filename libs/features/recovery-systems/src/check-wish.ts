import { checkParameters } from '@corefleet/features/commands';
import type { RecoverySystemWish } from '@corefleet/contracts/http';
import { InvalidRequestError, type FieldProblem } from '@corefleet/platform/errors';
import { templateProblem } from './label-template';

/** Where a rollout's request holds the wish. */
const WISH = 'does.recoverySystem';

/** How the wish calls what the operation calls otherwise. */
const MEMBERS: Readonly<Record<string, string>> = { 'validation-sets': 'validationSets', 'test-system': 'test' };

/**
 * Refuses what no device could do: a template that makes no label, sets and files that are written wrongly.
 * @throws InvalidRequestError with every problem, in fields below `does.recoverySystem`
 */
export function checkWish(wish: RecoverySystemWish): void {
  const problems = [...labelProblems(wish), ...parameterProblems(wish), ...twice(wish)];
  refuse(problems);
}

/** @throws InvalidRequestError when there are problems, in fields below `does.recoverySystem` */
export function refuse(problems: readonly FieldProblem[]): void {
  const [first] = problems;
  if (!first) return;
  const below = problems.map(({ field, message }) => ({ field: `${WISH}.${field}`, message }));
  throw new InvalidRequestError(`cannot plan recovery system: ${first.field} ${first.message}`, below);
}

function labelProblems({ label, validationSets }: RecoverySystemWish): FieldProblem[] {
  const message = templateProblem(label, validationSets.length > 0);
  return message === undefined ? [] : [{ field: 'label', message }];
}

/** What the operation itself says of it, with a label that is good. */
function parameterProblems({ validationSets, snaps, assertions }: RecoverySystemWish): FieldProblem[] {
  const parameters = {
    label: 'label',
    ...(validationSets.length > 0 && { 'validation-sets': validationSets }),
    ...(snaps && { snaps }),
    ...(assertions && { assertions }),
  };
  try {
    checkParameters('create-recovery-system', parameters);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return error.problems.map(({ field, message }) => ({ field: memberOf(field), message }));
  }
}

const memberOf = (field: string): string =>
  field
    .split('.')
    .slice(1)
    .map((part) => MEMBERS[part] ?? part)
    .join('.');

function twice({ validationSets }: RecoverySystemWish): FieldProblem[] {
  const keys = validationSets.map((text) => text.split('=')[0] ?? '');
  return keys.flatMap((key, at) =>
    keys.indexOf(key) === at ? [] : [{ field: `validationSets.${at}`, message: `names ${key} a second time` }],
  );
}
