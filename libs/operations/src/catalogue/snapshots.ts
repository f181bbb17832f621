import { SnapdError, type SnapshotSet, type SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { artifactReference } from '../artifact';
import { snapName, snapNames, snapshotSet, userNames } from '../fields';
import { isAbout } from '../matching';
import { defineOperation, notVerified, readBefore, verified, type Verdict } from '../operation';
import { RequirementError } from '../requirements';
import { changeOf, nothingToFollow } from '../starting';
import type { UndoStep } from '../undo';

const Save = z
  .strictObject({
    /** All snaps when absent. */
    snaps: z.optional(snapNames),
    /** All users when absent. */
    users: z.optional(userNames),
    /** What to leave out, by snap. */
    'snapshot-options': z.optional(
      z.record(snapName, z.strictObject({ exclude: z.array(z.string().check(z.maxLength(1024))) })),
    ),
  })
  .check(
    z.refine(
      (p) => Object.keys(p['snapshot-options'] ?? {}).every((snap) => p.snaps?.includes(snap)),
      'cannot use snapshot-options for snap that is not listed in snaps',
    ),
  );

/** Takes a snapshot of snaps' data. Each time makes a set of its own. */
export const saveSnapshot = defineOperation<z.infer<typeof Save>>({
  name: 'save-snapshot',
  risk: 'reversible',
  parameters: Save,
  undo: { by: ['forget-snapshot'], steps: (_parameters, { result }) => forgetting(result) },
  idempotent: false,
  expects: 'change',
  observe: (client) => listIds(client),
  start: async (client, parameters) => changeOf(await client.snaps.act({ action: 'snapshot', ...parameters })),
  matches: (change, { snaps }) => isAbout(change, 'snapshot-snap', snaps),
  verify: async (client, { snaps }, { before }) => {
    const known = readBefore(Ids, before) ?? [];
    const added = (await client.snapshots.list()).filter(({ id }) => !known.includes(id));
    const found = added.find((one) => (snaps ?? []).every((snap) => snapsIn(one).includes(snap)));
    return found
      ? verified(shownSet(found))
      : notVerified('there is no new snapshot set of these snaps', added.map(shownSet));
  },
});

const OfSet = z.strictObject({ set: snapshotSet, snaps: z.optional(snapNames) });
type OfSet = z.infer<typeof OfSet>;

/** Reads a set's archives through and compares their digests. */
export const checkSnapshot = defineOperation<OfSet & { users?: string[] | undefined }>({
  name: 'check-snapshot',
  risk: 'reversible',
  parameters: z.strictObject({ ...OfSet.shape, users: z.optional(userNames) }),
  idempotent: true,
  expects: 'change',
  start: async (client, of) => changeOf(await client.snapshots.act({ action: 'check', ...of })),
  matches: (change, of) => isAboutSet(change, 'check', of.set),
  verify: verifyKept,
});

const Restore = z
  .strictObject({ set: z.optional(snapshotSet), snaps: z.optional(snapNames), users: z.optional(userNames) })
  .check(
    z.refine((p) => p.set !== undefined || p.snaps !== undefined, {
      path: ['set'],
      error: 'snapshot operation requires snapshot set ID',
    }),
  );

/**
 * Puts the data of a set back in the place of what is there. Without a set it is the newest one that was saved on purpose
 * and has all of the snaps: who orders it beforehand cannot know its id.
 */
export const restoreSnapshot = defineOperation<z.infer<typeof Restore>>({
  name: 'restore-snapshot',
  risk: 'destructive',
  parameters: Restore,
  idempotent: true,
  expects: 'change',
  observe: async (client, of) => ({ 'set-id': of.set ?? (await newestSaved(client, of.snaps ?? [])) }),
  start: async (client, of) => {
    const set = of.set ?? (await newestSaved(client, of.snaps ?? []));
    return changeOf(await client.snapshots.act({ action: 'restore', ...of, set }));
  },
  matches: (change, { set, snaps = [] }) =>
    set === undefined
      ? change.kind === 'restore-snapshot' && snaps.every((snap) => change.summary.includes(`"${snap}"`))
      : isAboutSet(change, 'restore', set),
  verify: (client, of, { before }) => verifyKept(client, { set: readBefore(Shown, before)?.['set-id'] ?? 0, ...of }),
});

/** snapd marks the sets that it saves by itself when a snap is removed; ids only rise. */
async function newestSaved(client: SnapdClient, snaps: readonly string[]): Promise<number> {
  const sets = (await client.snapshots.list({ snaps })).filter(
    (one) => snaps.every((snap) => snapsIn(one).includes(snap)) && !one.snapshots?.some(({ auto }) => auto),
  );
  const newest = Math.max(0, ...sets.map(({ id }) => id));
  if (newest === 0)
    throw new RequirementError(`there is no saved snapshot of ${snaps.map((s) => `"${s}"`).join(', ')}`);
  return newest;
}

/** Deletes a set, or what it has of some snaps. One that is not there is forgotten already. */
export const forgetSnapshot = defineOperation<OfSet>({
  name: 'forget-snapshot',
  risk: 'destructive',
  parameters: OfSet,
  idempotent: true,
  expects: 'change',
  start: async (client, of) => {
    try {
      return changeOf(await client.snapshots.act({ action: 'forget', ...of }));
    } catch (error) {
      if (error instanceof SnapdError && error.status === 404) return nothingToFollow;
      throw error;
    }
  },
  matches: (change, of) => isAboutSet(change, 'forget', of.set),
  verify: async (client, of) => {
    const [found] = await client.snapshots.list({ set: of.set });
    const left = found && snapsIn(found).find((snap) => of.snaps?.includes(snap) ?? true);
    return left ? notVerified(`snapshot set #${of.set} still has snap "${left}"`, shownSet(found)) : verified(null);
  },
});

const Import = z.strictObject({
  /** What an export of a set was stored as. */
  file: artifactReference,
});

/** Brings a set back that was exported, under a new id; what is there already snapd names by the id it has. */
export const importSnapshot = defineOperation<z.infer<typeof Import>>({
  name: 'import-snapshot',
  risk: 'reversible',
  parameters: Import,
  undo: { by: ['forget-snapshot'], steps: (_parameters, { result }) => forgetting(result) },
  idempotent: false,
  expects: 'sync',
  artifacts: ({ file }) => [file],
  observe: async (client, { file }, context) => {
    await context.fetchArtifact(file);
    return listIds(client);
  },
  start: async (client, { file }, context) => {
    const artifact = await context.fetchArtifact(file);
    return { kind: 'sync', result: await client.snapshots.import(artifact.open(), artifact.sizeBytes) };
  },
  verify: async (client, _parameters, { before, started }) => {
    const known = readBefore(Ids, before) ?? [];
    const told = started.kind === 'sync' ? readBefore(Shown, started.result)?.['set-id'] : undefined;
    const sets = await client.snapshots.list();
    const found = sets.find(({ id }) => (told === undefined ? !known.includes(id) : id === told));
    return found ? verified(shownSet(found)) : notVerified('there is no new snapshot set', null);
  },
});

const Ids = z.array(z.number());
const Shown = z.object({ 'set-id': z.number() });

function forgetting(result: unknown): UndoStep[] {
  const shown = readBefore(Shown, result);
  return shown ? [{ operation: 'forget-snapshot', parameters: { set: shown['set-id'] } }] : [];
}

const listIds = async (client: SnapdClient): Promise<number[]> => (await client.snapshots.list()).map(({ id }) => id);

const snapsIn = ({ snapshots = [] }: SnapshotSet): string[] => snapshots.map(({ snap }) => snap);

const shownSet = (one: SnapshotSet) => ({ 'set-id': one.id, snaps: snapsIn(one) });

/** snapd overlord/snapshotstate: `Check of snapshot set #2`, with the snaps and users when they were named. */
const isAboutSet = ({ kind, summary }: { kind: string; summary: string }, action: string, id: number): boolean =>
  kind === `${action}-snapshot` && `${summary} `.includes(` of snapshot set #${id} `);

async function verifyKept(client: SnapdClient, of: Pick<OfSet, 'set' | 'snaps'>): Promise<Verdict> {
  const [found] = await client.snapshots.list({ set: of.set });
  if (!found) return notVerified(`there is no snapshot set #${of.set}`, null);
  const broken = found.snapshots?.find((one) => one.broken && (of.snaps?.includes(one.snap) ?? true));
  return broken
    ? notVerified(`snapshot of "${broken.snap}" is broken: ${broken.broken}`, shownSet(found))
    : verified(shownSet(found));
}
