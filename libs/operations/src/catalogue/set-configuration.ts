import { canonicalJson } from '@corefleet/contracts/device-protocol';
import { SnapdError, type SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { configurableName } from '../fields';
import { defineOperation, notVerified, readBefore, verified } from '../operation';
import { changeOf } from '../starting';

const Parameters = z.strictObject({
  /** `system` for snapd's own. */
  snap: configurableName,
  /** What to change, by dotted key; null unsets. */
  values: z
    .record(z.string().check(z.minLength(1), z.maxLength(256)), z.unknown())
    .check(z.refine((values) => Object.keys(values).length > 0, 'expected at least one key')),
});

const Before = z.record(z.string(), z.unknown());

/** Changes the configuration of a snap or of the system. */
export const setConfiguration = defineOperation<z.infer<typeof Parameters>>({
  name: 'set-configuration',
  risk: 'reversible',
  parameters: Parameters,
  undo: {
    by: ['set-configuration'],
    steps: ({ snap }, { before }) => {
      const values = readBefore(Before, before);
      return values ? [{ operation: 'set-configuration', parameters: { snap, values } }] : [];
    },
  },
  idempotent: true,
  expects: 'change',
  // A configure hook may move the snap's services; the system's own options show in system-info, its time zone in host.
  touches: ({ snap }) => (snap === 'system' ? ['system-info', 'host'] : ['snaps', 'services']),
  observe: (client, { snap, values }) => readKeys(client, snap, Object.keys(values)),
  start: async (client, { snap, values }) => changeOf(await client.conf.set(snap, values)),
  matches: (change, { snap }) =>
    // snapd calls the system's configuration that of the core snap.
    change.kind === 'configure-snap' && change.summary.includes(`"${snap === 'system' ? 'core' : snap}"`),
  verify: async (client, { snap, values }) => {
    const shown = await readKeys(client, snap, Object.keys(values));
    const wrong = Object.entries(values).find(([key, value]) => !isSame(shown[key], value));
    return wrong ? notVerified(`"${wrong[0]}" of "${snap}" is not what was set`, shown) : verified(shown);
  },
});

/** Values by key; null for a key that is not set. */
async function readKeys(client: SnapdClient, snap: string, keys: readonly string[]): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const key of keys) values[key] = await readKey(client, snap, key);
  return values;
}

async function readKey(client: SnapdClient, snap: string, key: string): Promise<unknown> {
  try {
    return (await client.conf.get(snap, [key]))[key] ?? null;
  } catch (error) {
    if (error instanceof SnapdError && error.kind === 'option-not-found') return null;
    throw error;
  }
}

/** Nulls inside a patch unset what they name, so they are looked for as absence. */
function isSame(shown: unknown, set: unknown): boolean {
  return canonicalJson(withoutNulls(shown)) === canonicalJson(withoutNulls(set));
}

function withoutNulls(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([key, member]) => [key, withoutNulls(member)]));
}
