import { canonicalJson } from '@corefleet/contracts/device-protocol';
import { SnapdError, type SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { confdbKey, confdbView, readConfdb } from '../confdb';
import { accountId, duration, text } from '../fields';
import { defineOperation, notVerified, readBefore, verified } from '../operation';
import { changeOf, nothingToFollow } from '../starting';

const Set = z.strictObject({
  ...confdbView,
  /** By dotted path; null unsets. */
  values: z
    .record(confdbKey, z.unknown())
    .check(z.refine((values) => Object.keys(values).length > 0, 'expected at least one key')),
  /** How long to wait for others who use the same data. */
  'access-timeout': z.optional(duration),
});
type Set = z.infer<typeof Set>;

const Values = z.record(z.string(), z.unknown());

/** Writes configuration that snaps share, through a view. The feature is experimental: `experimental.confdb`. */
export const setConfdb = defineOperation<Set>({
  name: 'set-confdb',
  risk: 'reversible',
  parameters: Set,
  // snapd before that wants the values unwrapped, and would write one that is called `values`.
  since: '2.73',
  undo: {
    by: ['set-confdb'],
    steps: ({ account, schema, view }, { before }) => {
      const values = readBefore(Values, before);
      return values ? [{ operation: 'set-confdb', parameters: { account, schema, view, values } }] : [];
    },
  },
  idempotent: true,
  expects: 'change',
  observe: seeValues,
  start: async (client, { account, schema, view, values, ...how }) =>
    changeOf(await client.confdb.set({ account, schema, view }, values, how)),
  matches: ({ kind, summary }, { account, schema, view }) =>
    kind === 'set-confdb' && summary === `Set confdb through "${account}/${schema}/${view}"`,
  verify: async (client, parameters) => {
    const shown = await valuesOf(client, parameters);
    const differs = Object.entries(parameters.values).find(
      ([key, value]) => canonicalJson(shown[key]) !== canonicalJson(value),
    );
    return differs ? notVerified(`"${differs[0]}" is not what was set`, shown) : verified(shown);
  },
});

/** Null where the view cannot be read: then the write itself tells why, or is one that cannot be taken back. */
async function seeValues(client: SnapdClient, parameters: Set): Promise<Record<string, unknown> | null> {
  try {
    return await valuesOf(client, parameters);
  } catch (error) {
    if (error instanceof SnapdError && error.status < 500) return null;
    throw error;
  }
}

/** Values by path; null for a path without one. */
async function valuesOf(client: SnapdClient, { values, ...of }: Set): Promise<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  for (const key of Object.keys(values)) {
    const answer = await readConfdb(client, of, { keys: [key] });
    shown[key] = readBefore(Values, answer.values)?.[key] ?? null;
  }
  return shown;
}

const views = z.array(text(/^[^/\s]+\/[^/\s]+\/[^/\s]+$/, 'expected account/schema/view, not %q'));
const authentications = z.array(z.enum(['operator-key', 'store']));
const filled = z.minLength(1);

const Delegate = z.strictObject({
  /** Account of the operator. */
  'operator-id': accountId,
  authentications: authentications.check(filled),
  views: views.check(filled),
});
const Undelegate = z.strictObject({
  'operator-id': accountId,
  /** All when absent. */
  authentications: z.optional(authentications),
  /** All when absent. */
  views: z.optional(views),
});

/** Lets an operator use views of the device remotely. Behind `experimental.confdb-control`. */
export const delegateConfdb = defineOperation<z.infer<typeof Delegate>>({
  ...delegation('delegate'),
  name: 'delegate-confdb',
  parameters: Delegate,
  start: async (client, parameters) => {
    await client.confdb.delegate(parameters);
    return nothingToFollow;
  },
});

/** Takes back what was delegated to an operator. */
export const undelegateConfdb = defineOperation<z.infer<typeof Undelegate>>({
  ...delegation('undelegate'),
  name: 'undelegate-confdb',
  parameters: Undelegate,
  start: async (client, parameters) => {
    await client.confdb.undelegate(parameters);
    return nothingToFollow;
  },
});

/** snapd keeps delegations in an assertion it signs itself: that is what can be read back. */
function delegation(action: 'delegate' | 'undelegate') {
  return {
    risk: 'reversible',
    since: '2.69',
    requires: ['serial'],
    ...(action === 'delegate' && {
      undo: {
        by: ['undelegate-confdb'],
        steps: (parameters: object) => [{ operation: 'undelegate-confdb', parameters }],
      },
    }),
    idempotent: true,
    expects: 'sync',
    verify: async (client: SnapdClient, { 'operator-id': operator }: { 'operator-id': string }) => {
      const { text: control } = await client.assertions.list('confdb-control');
      const isNamed = control.includes(operator);
      if (action === 'delegate' && !isNamed) return notVerified(`nothing is delegated to ${operator}`, null);
      return verified({ 'operator-id': operator, delegated: isNamed });
    },
  } as const;
}
