import { z } from 'zod';
import { someText } from './common';

const DOCUMENTS_MOST = 200;

export const ManifestDocument = z.strictObject({
  /** What it describes, e.g. `Group`. */
  kind: someText(64),
  /** Unique among its kind. */
  name: someText(128),
  /** As the API takes it, without the name. */
  spec: z.unknown(),
});

/** Body of `POST /v1/manifests/...` as JSON; as YAML it is a stream of the documents themselves. */
export const Manifest = z.strictObject({ documents: z.array(ManifestDocument).min(1).max(DOCUMENTS_MOST) });
export type Manifest = z.infer<typeof Manifest>;

/** What applying one document does, or did. */
export const ManifestChange = z.object({
  kind: z.string(),
  name: z.string(),
  action: z.enum(['create', 'update', 'unchanged']),
  /** Dotted paths into the spec; what is absent has no `from` or no `to`. */
  differences: z.array(z.object({ path: z.string(), from: z.unknown().optional(), to: z.unknown().optional() })),
  /** What else to look at first, e.g. the summary of a rollout's plan. */
  preview: z.unknown().optional(),
});
export const ManifestChanges = z.object({ changes: z.array(ManifestChange) });
