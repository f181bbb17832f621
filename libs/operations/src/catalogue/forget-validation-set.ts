import { SnapdError } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { keyOfSet, parseValidationSet, validationSet } from '../fields';
import { defineOperation } from '../operation';
import { nothingToFollow } from '../starting';
import { observeSets, setOperations, undoSets, verifySets } from '../validation-set-pins';

const Parameters = z.strictObject({
  /** `account/name`; with `=sequence` only when it is pinned there. */
  'validation-set': validationSet,
});

/** Stops tracking a validation set. One that is not tracked is forgotten already. */
export const forgetValidationSet = defineOperation<z.infer<typeof Parameters>>({
  name: 'forget-validation-set',
  risk: 'reversible',
  parameters: Parameters,
  undo: {
    by: setOperations,
    steps: ({ 'validation-set': set }, { before }) => undoSets(before, [keyOfSet(set)]),
  },
  idempotent: true,
  expects: 'sync',
  observe: observeSets,
  start: async (client, { 'validation-set': set }) => {
    const { accountId, name, sequence } = parseValidationSet(set);
    try {
      await client.validationSets.forget(accountId, name, { sequence });
    } catch (error) {
      const isTracked = (await client.validationSets.list()).some(
        (s) => s['account-id'] === accountId && s.name === name,
      );
      const isGone = error instanceof SnapdError && error.kind === 'validation-set-not-found' && !isTracked;
      if (!isGone) throw error;
    }
    return nothingToFollow;
  },
  verify: (client, { 'validation-set': set }, { before }) => {
    const { accountId, name } = parseValidationSet(set);
    return verifySets(client, before, [{ key: `${accountId}/${name}`, mode: 'absent' }]);
  },
});
