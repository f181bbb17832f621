import type { RolloutDoes, RolloutStep } from '@corefleet/contracts/http';

/*
 * Asking a device, before it is given anything, whether it could do it now. All questions are reads: they leave nothing
 * behind. What the disk holds and what else is enforced the plan has judged from what the device tells by itself.
 *
 * | asked                | answered                              | judged                                               |
 * | -------------------- | ------------------------------------- | ---------------------------------------------------- |
 * | read-changes         | nothing is in progress                | ok                                                   |
 * |                      | a change waits                        | later: restart-pending                               |
 * |                      | another change                        | later: busy                                          |
 * |                      | ... of a kind that is never in the way| ok                                                   |
 * | read-validation-set  | the sequence that was asked for       | ok, valid or not: that is what the rollout is for    |
 * |                      | there is none                         | never: set-not-in-store                              |
 * |                      | anything else                         | later: store-unreachable                             |
 */

/** What the device answered to one of the steps. */
export type PrecheckAnswer =
  | { readonly kind: 'read'; readonly operation: string; readonly result: unknown }
  | {
      readonly kind: 'refused';
      readonly operation: string;
      readonly snapdKind?: string | undefined;
      readonly message: string;
    };

/** Whether the device could take it now. */
export type Precheck =
  { readonly kind: 'ok' } | { readonly kind: 'later' | 'never'; readonly cause: string; readonly message: string };

/** What the device is asked, in order. Pure: of what the rollout does, resolved. */
export function precheckSteps(does: RolloutDoes): RolloutStep[] {
  const changes = { operation: 'read-changes', parameters: {} };
  if (!('validationSet' in does) || typeof does.validationSet.sequence !== 'number') return [changes];
  const [account, name] = does.validationSet.set.split('/');
  const parameters = { account, name, sequence: does.validationSet.sequence };
  return [changes, { operation: 'read-validation-set', parameters }];
}

/** The first answer that is in the way, or ok. Pure. */
export function precheck(answers: readonly PrecheckAnswer[]): Precheck {
  const judged = answers.map((answer) => (answer.operation === 'read-changes' ? ofChanges(answer) : ofSet(answer)));
  return judged.find(({ kind }) => kind === 'never') ?? judged.find(({ kind }) => kind === 'later') ?? { kind: 'ok' };
}

/** Kinds of changes beside which snapd takes others (snapd overlord/snapstate/conflict.go). */
const NEVER_IN_THE_WAY = ['pre-download', 'become-operational', 'get-confdb', 'set-confdb'];

function ofChanges(answer: PrecheckAnswer): Precheck {
  if (answer.kind === 'refused') return { kind: 'later', cause: 'busy', message: answer.message };
  if (!Array.isArray(answer.result))
    return { kind: 'later', cause: 'busy', message: 'the device did not say what is in progress' };
  const changes = answer.result as Partial<Record<string, unknown>>[];
  const open = changes.filter(({ kind, ready }) => ready !== true && !NEVER_IN_THE_WAY.includes(String(kind)));
  if (open.some(({ status }) => status === 'Wait'))
    return { kind: 'later', cause: 'restart-pending', message: 'a change waits for the device to restart' };
  const [first] = open;
  return first
    ? { kind: 'later', cause: 'busy', message: `a change of kind ${String(first['kind'])} is in progress` }
    : { kind: 'ok' };
}

function ofSet(answer: PrecheckAnswer): Precheck {
  if (answer.kind === 'read') return { kind: 'ok' };
  if (answer.snapdKind === 'validation-set-not-found')
    return { kind: 'never', cause: 'set-not-in-store', message: 'the store of the device does not have this sequence' };
  return { kind: 'later', cause: 'store-unreachable', message: answer.message };
}
