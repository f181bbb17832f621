import * as z from 'zod/mini';
import { accountId, sequence, setName } from '../fields';
import { defineRead } from './read';

export const readValidationSets = defineRead({
  name: 'read-validation-sets',
  path: '/v2/validation-sets',
  parameters: z.strictObject({}),
  read: (client) => client.validationSets.list(),
});

/** One that is not tracked, or is at another sequence, is looked up in the store: a trial of how it would fit. */
export const readValidationSet = defineRead({
  name: 'read-validation-set',
  path: '/v2/validation-sets/{account}/{name}',
  parameters: z.strictObject({ account: accountId, name: setName, sequence: z.optional(sequence) }),
  read: (client, { account, name, sequence: at }) => client.validationSets.get(account, name, { sequence: at }),
});
