import type { SnapdFile } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import type { ArtifactReference } from '../artifact';
import { snapName, snapshotSet } from '../fields';
import type { OperationContext } from '../operation';
import { defineRead } from './read';

/** Streams a file of snapd into the server, so that none of it stays on the device. */
const store = (context: OperationContext, name: string, { content }: SnapdFile): Promise<ArtifactReference> =>
  context.storeArtifact(name, content);

/** A snapshot set as one archive, users' data and all. It is stored in the server, and can be imported on any device. */
export const readSnapshotExport = defineRead({
  name: 'read-snapshot-export',
  path: '/v2/snapshots/{id}/export',
  sensitive: true,
  parameters: z.strictObject({ id: snapshotSet }),
  storesArtifacts: true,
  read: async (client, { id }, context) => store(context, `snapshot-set-${id}.zip`, await client.snapshots.export(id)),
});

/** The file of an installed snap. It is stored in the server. */
export const readSnapFile = defineRead({
  name: 'read-snap-file',
  path: '/v2/snaps/{name}/file',
  parameters: z.strictObject({ name: snapName }),
  storesArtifacts: true,
  read: async (client, { name }, context) => store(context, `${name}.snap`, await client.snaps.file(name)),
});

/** The icon of an installed snap. It is stored in the server. */
export const readIcon = defineRead({
  name: 'read-icon',
  path: '/v2/icons/{name}/icon',
  parameters: z.strictObject({ name: snapName }),
  storesArtifacts: true,
  read: async (client, { name }, context) => {
    const icon = await client.icons.get(name);
    return store(context, icon.filename === '' ? `${name}-icon` : icon.filename, icon);
  },
});
