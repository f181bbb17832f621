import * as z from 'zod/mini';
import { observeRefresh, refreshUndoneBy, setsBefore, undoRefresh } from '../before-refresh';
import { keyOfSet, parseValidationSet, validationSet } from '../fields';
import { defineOperation } from '../operation';
import { changeOf } from '../starting';
import { verifySets, wantedPins } from '../validation-set-pins';
import { enforces } from './refresh';

const Parameters = z.strictObject({
  /** `account/name`, or `account/name=sequence` to pin it. */
  'validation-set': validationSet,
  /** Refreshes and installs what the set asks for; without, snapd refuses a set that is not met already. */
  refresh: z.optional(z.boolean()),
});

/** Enforces a validation set. Without a sequence it follows the newest, and a pin it had is dropped. */
export const enforceValidationSet = defineOperation<z.infer<typeof Parameters>>({
  name: 'enforce-validation-set',
  risk: 'reversible',
  parameters: Parameters,
  undo: {
    by: refreshUndoneBy,
    steps: ({ 'validation-set': set }, done) => undoRefresh(done, { sets: [keyOfSet(set)] }),
  },
  idempotent: true,
  expects: ({ refresh }) => (refresh ? 'change' : 'sync'),
  reboots: ({ refresh }) => (refresh ? 'may' : 'never'),
  observe: (client) => observeRefresh(client),
  start: async (client, { 'validation-set': set, refresh }) => {
    if (refresh) return changeOf(await client.snaps.act({ action: 'refresh', 'validation-sets': [set] }));
    const { accountId, name, sequence } = parseValidationSet(set);
    const result = await client.validationSets.apply(accountId, name, { mode: 'enforce', sequence });
    return { kind: 'sync', result };
  },
  matches: (change, { 'validation-set': set, refresh }) => refresh === true && enforces(change, [set]),
  verify: (client, { 'validation-set': set }, { before }) => verifySets(client, setsBefore(before), wantedPins([set])),
});
