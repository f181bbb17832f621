import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { fetchAssertions } from '../assertions';
import { flag, systemLabel, validationSets } from '../fields';
import { artifactReferences, fetchFiles, openFiles } from '../files';
import { defineOperation, notVerified, readBefore, verified, type OperationContext, type Started } from '../operation';
import { changeOf } from '../starting';

const Parameters = z
  .strictObject({
    label: systemLabel,
    'validation-sets': z.optional(validationSets),
    /** Boots the system to see that it works: two restarts, with no API in between. */
    'test-system': flag,
    'mark-default': flag,
    /** Only from what the device has. */
    offline: flag,
    /** Snaps and components that were uploaded to the server: the system is made of these and of what the device has. */
    snaps: artifactReferences,
    /** Their assertions, and those of the validation sets; 1 MiB in all. */
    assertions: artifactReferences,
  })
  .check(
    z.refine(
      (p) => !(p.offline === false && (p.snaps ?? p.assertions)),
      'a system made of files is always made offline',
    ),
  );
type Parameters = z.infer<typeof Parameters>;

const Before = z.object({ bootId: z.optional(z.string()) });

/** Creates a recovery system. A tested one counts only after the boot id has changed. */
export const createRecoverySystem = defineOperation<Parameters>({
  name: 'create-recovery-system',
  risk: 'disruptive',
  parameters: Parameters,
  since: '2.62',
  undo: {
    by: ['remove-recovery-system'],
    // The default one cannot be removed.
    steps: ({ label, 'mark-default': isDefault }) =>
      isDefault ? [] : [{ operation: 'remove-recovery-system', parameters: { label } }],
  },
  // A second request is refused, or leaves a change of its own behind (snapd devicestate/systems.go).
  idempotent: false,
  expects: 'change',
  reboots: (parameters) => (parameters['test-system'] ? 'twice' : 'never'),
  artifacts: ({ snaps = [], assertions = [] }) => [...snaps, ...assertions],
  observe: async (_client, { snaps, assertions }, context) => {
    await fetchFiles(context, snaps, assertions);
    return { bootId: await context.readBootId() };
  },
  start: create,
  matches: (change, { label }) =>
    change.kind === 'create-recovery-system' && change.summary.endsWith(`label "${label}"`),
  verify: async (client, { label, ...wanted }, { before }, context) => {
    const systems = await client.systems.list();
    const result = systems.map((system) => ({
      label: system.label,
      current: system.current ?? false,
      default: system['default-recovery-system'] ?? false,
    }));
    const system = result.find((candidate) => candidate.label === label);
    if (!system) return notVerified(`recovery system "${label}" is not listed`, result);
    if (wanted['mark-default'] && !system.default)
      return notVerified(`recovery system "${label}" is not the default`, result);
    const was = readBefore(Before, before)?.bootId;
    if (wanted['test-system'] && was && was === (await context.readBootId()))
      return notVerified(`recovery system "${label}" was not tested: the device has not restarted`, result);
    return verified(result);
  },
});

async function create(client: SnapdClient, parameters: Parameters, context: OperationContext): Promise<Started> {
  const { snaps, assertions, offline, ...system } = parameters;
  if (!snaps && !assertions) return changeOf(await client.systems.create({ ...system, offline }));
  const texts = await fetchAssertions(context, assertions);
  const sources = await openFiles(context, snaps);
  return changeOf(await client.systems.createFromFiles(system, { assertions: texts, snaps: sources }));
}
