import type { LogEntry } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { flag, serviceName } from '../fields';
import { defineRead } from './read';

const names = z.optional(z.array(serviceName).check(z.minLength(1), z.maxLength(100)));

export const readApps = defineRead({
  name: 'read-apps',
  path: '/v2/apps',
  parameters: z.strictObject({
    select: z.optional(z.enum(['service'])),
    names,
    /** Services as they are for all users. */
    global: flag,
  }),
  read: (client, filter) => client.apps.list(filter),
});

/** The newest lines of services' journal, once. */
export const readLogs = defineRead({
  name: 'read-logs',
  path: '/v2/logs',
  parameters: z.strictObject({
    /** All services when absent. */
    names,
    /** How many lines: ten when absent. */
    n: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
  }),
  read: async (client, filter) => {
    const lines: LogEntry[] = [];
    for await (const line of client.logs.read(filter)) lines.push(line);
    return lines;
  },
});
