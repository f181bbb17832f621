import type { Change, Snap } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { artifactReference } from '../artifact';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';

const Parameters = z.strictObject({
  /** A snap that was uploaded to the server. */
  file: artifactReference,
  devmode: z.optional(z.boolean()),
  classic: z.optional(z.boolean()),
});
type Parameters = z.infer<typeof Parameters>;

const Before = z.record(z.string(), z.array(z.string()));

/** Installs a snap from a file of the server, without signatures. Each time makes a revision of its own. */
export const sideload = defineOperation<Parameters>({
  name: 'sideload',
  title: 'Install a snap from a file',
  risk: 'reversible',
  parameters: Parameters,
  idempotent: false,
  expects: 'change',
  reboots: 'may',
  artifacts: ({ file }) => [file],
  observe: async (client, { file }, context) => {
    await context.fetchArtifact(file);
    return revisionsBySnap(await client.snaps.list({ select: 'all' }));
  },
  start: async (client, parameters, context) => {
    const artifact = await context.fetchArtifact(parameters.file);
    const file = { filename: filenameOf(parameters), bytes: artifact.open() };
    const { devmode, classic } = parameters;
    return changeOf(await client.sideload.install([file], { dangerous: true, devmode, classic }));
  },
  matches: (change, parameters) =>
    change.kind === 'install-snap' && change.summary.endsWith(` snap from file "${filenameOf(parameters)}"`),
  verify: async (client, _parameters, { before, change }) => {
    const name = change && snapOf(change);
    if (!name) return notVerified('the change does not say which snap it installed', null);
    const { revision, version } = await client.snaps.get(name);
    const result = { name, revision, version };
    const known = z.safeParse(Before, before).data?.[name] ?? [];
    if (!revision.startsWith('x'))
      return notVerified(`snap "${name}" is at revision ${revision}, not a local one`, result);
    return known.includes(revision)
      ? notVerified(`snap "${name}" is still at revision ${revision}`, result)
      : verified(result);
  },
});

/** Carries the digest, so that the change can be told by its summary. */
const filenameOf = ({ file }: Parameters): string => `${file.sha256.slice(0, 16)}.snap`;

function snapOf({ data }: Change): string | undefined {
  const name = data?.['snap-name'] ?? data?.['snap-names']?.[0];
  return typeof name === 'string' ? name : undefined;
}

function revisionsBySnap(snaps: readonly Snap[]): Record<string, string[]> {
  const revisions: Record<string, string[]> = {};
  for (const { name, revision } of snaps) (revisions[name] ??= []).push(revision);
  return revisions;
}
