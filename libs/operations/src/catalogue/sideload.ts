import type { Change, Snap } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { artifactReference, type ArtifactReference } from '../artifact';
import { fetchAssertions } from '../assertions';
import { flag, quotaGroupName, snapName, worded } from '../fields';
import { artifactReferences, fetchFiles, openFiles } from '../files';
import { defineOperation, notVerified, readBefore, verified, type Outcome, type Verdict } from '../operation';
import { commonOptions, installedComponents } from '../snap-options';
import { snapsOf } from '../snap-revision';
import { quoted } from '../snapd-words';
import { changeOf } from '../starting';
import type { UndoStep } from '../undo';

const { 'ignore-validation': _none, ...common } = commonOptions;

const Parameters = z
  .strictObject({
    /** Snaps and components that were uploaded to the server; a component's file is named `snap+component_revision.comp`. */
    files: z.array(artifactReference).check(z.minLength(1), z.maxLength(20)),
    /** Assertions of the files that were uploaded too: added before. Without, the files are installed unasserted. */
    assertions: artifactReferences,
    devmode: flag,
    jailmode: flag,
    classic: flag,
    unaliased: flag,
    ...common,
    'quota-group': z.optional(quotaGroupName),
    /** Name of a parallel instance. */
    name: z.optional(snapName),
  })
  .check(
    worded((p) => (p.devmode && p.jailmode ? 'cannot use devmode and jailmode flags together' : undefined)),
    z.refine((p) => !(p.devmode && p.classic), 'cannot use classic and devmode flags together'),
    z.refine((p) => !p.name || p.files.length === 1, 'name goes with a single file only'),
  );
type Parameters = z.infer<typeof Parameters>;

/** What was on the device by snap: its revisions, the current one, and its components with their revisions. */
const Before = z.record(
  z.string(),
  z.object({ revisions: z.array(z.string()), current: z.optional(z.string()), components: z.array(z.string()) }),
);

/** Installs snaps and components from files of the server. Each time makes a revision of its own, if unasserted. */
export const sideload = defineOperation<Parameters>({
  name: 'sideload',
  risk: 'reversible',
  parameters: Parameters,
  undo: { by: ['remove', 'revert'], steps: undoSideload },
  idempotent: false,
  expects: 'change',
  reboots: 'may',
  artifacts: ({ files, assertions = [] }) => [...files, ...assertions],
  observe: async (client, { files, assertions }, context) => {
    await fetchFiles(context, files, assertions);
    return seen(await client.snaps.list({ select: 'all' }), await client.snaps.list());
  },
  start: async (client, { files, assertions, ...options }, context) => {
    for (const text of await fetchAssertions(context, assertions)) await client.assertions.add(text);
    const sources = await openFiles(context, files, filenameOf);
    return changeOf(await client.sideload.install(sources, { dangerous: !assertions, ...options }));
  },
  matches: (change, { files }) => isOfFiles(change) && change.summary.endsWith(` from ${namedFiles(files)}`),
  verify: async (client, parameters, outcome) => {
    const names = outcome.change ? snapsOf(outcome.change) : [];
    if (names.length === 0) return notVerified('the change does not say which snaps it installed', null);
    return verifySideloaded(await client.snaps.list({ snaps: names }), names, parameters, outcome);
  },
});

const isOfFiles = ({ kind }: Change): boolean => kind === 'install-snap' || kind === 'install-component';

/** A snap's carries the digest, so that the change can be told by its summary; snapd reads a component's name. */
const filenameOf = ({ name, sha256 }: ArtifactReference): string =>
  name.endsWith('.comp') ? name : `${sha256.slice(0, 16)}.snap`;

const namedFiles = (files: readonly ArtifactReference[]): string =>
  `${files.length === 1 ? 'file' : 'files'} ${files.map((file) => quoted(filenameOf(file))).join(', ')}`;

function seen(all: readonly Snap[], current: readonly Snap[]): z.infer<typeof Before> {
  const revisionsOf = (snap: string) => all.filter(({ name }) => name === snap).map(({ revision }) => revision);
  return Object.fromEntries(
    current.map((snap) => [
      snap.name,
      { revisions: revisionsOf(snap.name), current: snap.revision, components: componentRevisions(snap) },
    ]),
  );
}

const componentRevisions = (snap: Snap): string[] =>
  (snap.components ?? []).flatMap(({ name, revision }) => (revision === undefined ? [] : [`${name} ${revision}`]));

function verifySideloaded(
  snaps: readonly Snap[],
  names: readonly string[],
  { files, assertions }: Parameters,
  { before }: Outcome,
): Verdict {
  const was = readBefore(Before, before) ?? {};
  const result = snaps.map((snap) => {
    const components = installedComponents(snap);
    return { name: snap.name, revision: snap.revision, version: snap.version, ...(components && { components }) };
  });
  const missing = names.find((name) => !snaps.some((snap) => snap.name === name));
  if (missing) return notVerified(`snap "${missing}" is not installed`, result);
  const withComponents = files.some(({ name }) => name.endsWith('.comp'));
  for (const snap of snaps) {
    const { revisions = [], components = [] } = was[snap.name] ?? {};
    const isNewComponent = componentRevisions(snap).some((component) => !components.includes(component));
    if (assertions ?? (withComponents && isNewComponent)) continue;
    const { name, revision } = snap;
    if (!revision.startsWith('x'))
      return notVerified(`snap "${name}" is at revision ${revision}, not a local one`, result);
    if (revisions.includes(revision)) return notVerified(`snap "${name}" is still at revision ${revision}`, result);
  }
  return verified(result);
}

/** Removes what is new and puts the others back; a component that was added to a snap stays. */
function undoSideload(_parameters: Parameters, { before, change }: Outcome): UndoStep[] {
  const was = readBefore(Before, before);
  if (!was || !change) return [];
  return snapsOf(change).flatMap((snap): UndoStep[] => {
    const revision = was[snap]?.current;
    if (!(snap in was)) return [{ operation: 'remove', parameters: { snaps: [snap] } }];
    return revision === undefined ? [] : [{ operation: 'revert', parameters: { snap, revision } }];
  });
}
