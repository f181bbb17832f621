import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { emailAddress, flag, timestamp, userName } from '../fields';
import { defineOperation, notVerified, readBefore, verified } from '../operation';
import { isRefusal } from '../refusals';
import { nothingToFollow } from '../starting';

const Create = z
  .strictObject({
    /** Of an account of the store; its keys are what the user logs in with. */
    email: z.optional(emailAddress),
    sudoer: flag,
    /** From system-user assertions that the device has: all of them, or the one of `email`. */
    known: flag,
    /** Although the device has a user already. */
    'force-managed': flag,
    /** As at a first boot: known, sudoer, and nothing when there is a user already. */
    automatic: flag,
    expiration: z.optional(timestamp),
  })
  .check(
    z.refine((p) => p.email ?? (p.known || p.automatic), 'expected email, known or automatic'),
    z.refine(
      (p) => !(p.expiration && (p.known || p.automatic)),
      'cannot create user: expiration date cannot be provided for known users',
    ),
  );

const Users = z.array(z.object({ username: z.optional(z.string()) }));

/** Makes users who may log in to the device. */
export const createUsers = defineOperation<z.infer<typeof Create>>({
  name: 'create-users',
  risk: 'reversible',
  parameters: Create,
  requires: ['system-users'],
  undo: {
    by: ['remove-user'],
    steps: (_parameters, { result }) =>
      (readBefore(Users, result) ?? []).flatMap(({ username }) =>
        username === undefined ? [] : [{ operation: 'remove-user', parameters: { username } }],
      ),
  },
  idempotent: false,
  expects: 'sync',
  observe: (client) => names(client),
  start: async (client, parameters) => {
    await client.users.create(parameters);
    return nothingToFollow;
  },
  verify: async (client, { automatic }, { before }) => {
    const known = readBefore(z.array(z.string()), before) ?? [];
    const added = (await names(client)).filter((username) => !known.includes(username));
    const result = added.map((username) => ({ username }));
    return added.length > 0 || automatic ? verified(result) : notVerified('there is no new user', result);
  },
});

const Remove = z.strictObject({ username: userName });

/** Removes a user with the home directory. One that is not there is removed already. */
export const removeUser = defineOperation<z.infer<typeof Remove>>({
  name: 'remove-user',
  risk: 'destructive',
  parameters: Remove,
  requires: ['system-users'],
  idempotent: true,
  expects: 'sync',
  start: async (client, { username }) => {
    try {
      await client.users.remove(username);
    } catch (error) {
      if (!isRefusal(error, `user "${username}" is not known`)) throw error;
    }
    return nothingToFollow;
  },
  verify: async (client, { username }) => {
    const left = await names(client);
    return left.includes(username) ? notVerified(`user "${username}" is still there`, null) : verified(null);
  },
});

/** Names alone: addresses are nobody's business here. */
async function names(client: SnapdClient): Promise<string[]> {
  return (await client.users.list()).flatMap(({ username }) => (username === undefined ? [] : [username]));
}
