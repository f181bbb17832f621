import * as z from 'zod/mini';
import { keyOfSet, parseValidationSet, validationSet } from '../fields';
import { defineOperation } from '../operation';
import { observeSets, setOperations, undoSets, verifySets } from '../validation-set-pins';

const Parameters = z.strictObject({
  /** `account/name`, or `account/name=sequence` to pin it. */
  'validation-set': validationSet,
});

/** Tracks a validation set and says whether it is met, without holding the device to it. */
export const monitorValidationSet = defineOperation<z.infer<typeof Parameters>>({
  name: 'monitor-validation-set',
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
    return { kind: 'sync', result: await client.validationSets.apply(accountId, name, { mode: 'monitor', sequence }) };
  },
  verify: (client, { 'validation-set': set }, { before }) => {
    const { accountId, name, sequence } = parseValidationSet(set);
    return verifySets(client, before, [{ key: `${accountId}/${name}`, mode: 'monitor', sequence }]);
  },
});
