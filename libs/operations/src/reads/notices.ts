import * as z from 'zod/mini';
import { timestamp, userId } from '../fields';
import { defineRead } from './read';

const words = z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(256))).check(z.maxLength(50)));

/** As they are now: the agent itself waits for new ones. */
export const readNotices = defineRead({
  name: 'read-notices',
  path: '/v2/notices',
  parameters: z
    .strictObject({
      types: words,
      keys: words,
      after: z.optional(timestamp),
      'user-id': z.optional(userId),
      users: z.optional(z.enum(['all'], 'invalid "users" filter: must be "all"')),
    })
    .check(
      z.refine((p) => !(p.users && p['user-id'] !== undefined), 'cannot use both "users" and "user-id" parameters'),
    ),
  read: (client, { 'user-id': user, ...filter }) => client.notices.list({ ...filter, userId: user }),
});

export const readNotice = defineRead({
  name: 'read-notice',
  path: '/v2/notices/{id}',
  parameters: z.strictObject({ id: z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/, 'invalid notice id')) }),
  read: (client, { id }) => client.notices.get(id),
});
