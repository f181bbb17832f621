import { createHash, type Hash } from 'node:crypto';
import * as z from 'zod/mini';
import { channel, cohortKey, revision, snapName } from '../fields';
import { defineRead } from './read';

const words = z.optional(z.string().check(z.minLength(1), z.maxLength(256)));
const nothing = z.strictObject({});

/** Snaps of the store, as this device may have them. */
export const readStore = defineRead({
  name: 'read-store',
  path: '/v2/find',
  parameters: z
    .strictObject({
      q: words,
      name: words,
      'common-id': words,
      /** `refresh` for the updates there are. */
      select: z.optional(z.enum(['refresh', 'private'])),
      section: words,
      category: words,
      scope: z.optional(z.enum(['wide'])),
    })
    .check(
      z.refine((p) => !(p.q && p.name), "cannot use 'q' and 'name' together"),
      z.refine((p) => !(p.section && p.category), "cannot use 'section' and 'category' together"),
    ),
  read: (client, query) => client.store.find(query),
});

export const readSections = defineRead({
  name: 'read-sections',
  path: '/v2/sections',
  parameters: nothing,
  read: (client) => client.store.sections(),
});

export const readCategories = defineRead({
  name: 'read-categories',
  path: '/v2/categories',
  parameters: nothing,
  read: (client) => client.store.categories(),
});

/** A snap of the store as a file of the server, without installing it. snapd has a POST for it. */
export const readDownload = defineRead({
  name: 'read-download',
  path: '/v2/download',
  parameters: z.strictObject({
    'snap-name': snapName,
    channel: z.optional(channel),
    revision: z.optional(revision),
    'cohort-key': z.optional(cohortKey),
  }),
  storesArtifacts: true,
  read: async (client, request, context) => {
    const { filename, content, sizeBytes, sha3_384: digest } = await client.downloads.start(request);
    const hash = createHash('sha3-384');
    const reference = await context.storeArtifact(filename, hashed(content, hash));
    // snapd cannot tell that its own download was cut.
    if (reference.size !== sizeBytes || hash.digest('hex') !== digest)
      throw new Error(`cannot download snap "${request['snap-name']}": it is not what the store announced`);
    return reference;
  },
});

async function* hashed(content: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    hash.update(piece);
    yield piece;
  }
}
