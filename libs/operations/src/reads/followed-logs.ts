import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { serviceName } from '../fields';
import { defineOperation, verified, type Operation } from '../operation';
import { problemsOf } from '../problems';
import { nothingToFollow } from '../starting';

const Parameters = z.strictObject({
  /** Snaps or `snap.app`; all services when absent. */
  names: z.optional(z.array(serviceName).check(z.minLength(1), z.maxLength(100))),
  /** Newest lines to begin with, -1 for all: snapd takes 10 when absent. */
  n: z.optional(z.int().check(z.refine((n) => n > 0 || n === -1, 'invalid value for n'))),
});
type Parameters = z.infer<typeof Parameters>;

const operation = defineOperation<Parameters>({
  name: 'read-followed-logs',
  risk: 'read',
  parameters: Parameters,
  idempotent: true,
  expects: 'sync',
  start: () => Promise.resolve(nothingToFollow),
  verify: () => Promise.resolve(verified(null)),
});

/** The lines of services' journals as they come, until somebody ends it: chunks under credit, never a result. */
export const followedLogs: Operation = {
  ...operation,
  follows: { path: '/v2/logs' },
  prepare: (input) => {
    const prepared = operation.prepare(input);
    if (prepared.kind !== 'prepared') return prepared;
    const parsed = z.safeParse(Parameters, input);
    if (!parsed.success) return { kind: 'bad-parameters', problems: problemsOf(parsed.error) };
    const follow = (client: SnapdClient) => client.logs.read({ ...parsed.data, follow: true });
    return { kind: 'prepared', operation: { ...prepared.operation, follow } };
  },
};
