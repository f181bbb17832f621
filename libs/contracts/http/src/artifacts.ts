import { z } from 'zod';
import { id, page, pageQuery, remark, time } from './common';

/** A digest as `artifactReference` writes it. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex');

/** Query of `POST /v1/artifacts`; the file is the body. */
export const UploadArtifactQuery = z.strictObject({
  name: z
    .string()
    .max(255)
    .regex(/^[^/\p{Cc}]+$/u, 'must be a file name without slashes'),
  /** Refuses the file when its digest is another. */
  sha256: sha256.optional(),
});
export type UploadArtifactQuery = z.infer<typeof UploadArtifactQuery>;

export const ArtifactParams = z.strictObject({ sha256 });
export const ArtifactsQuery = z.strictObject(pageQuery);
export const RemoveArtifactRequest = z.strictObject({ remark: remark.optional() });

/** How a request names a file the server keeps: as its upload was answered. */
export const ArtifactReference = z.strictObject({
  sha256,
  /** Bytes. */
  size: z.number().int().nonnegative(),
  name: UploadArtifactQuery.shape.name,
});
export type ArtifactReference = z.infer<typeof ArtifactReference>;

/** A file the server keeps. `sha256`, `size` and `name` are what an operation's parameters name it by. */
export const ArtifactView = z.object({
  sha256: z.string(),
  /** Bytes. */
  size: z.number().int(),
  name: z.string(),
  /** Who uploaded it, or the serial of the device that stored it. */
  createdBy: z.string(),
  createdAt: time,
  /** The device that stored it, and the command it was stored for. */
  deviceId: id.nullable(),
  commandId: id.nullable(),
  /** When it is removed by itself; null: when somebody removes it. */
  expiresAt: time.nullable(),
  /** For role admin alone, to read and to have a device fetch it: a read that is sensitive has stored it. */
  sensitive: z.boolean(),
});
export type ArtifactView = z.infer<typeof ArtifactView>;

export const ArtifactPage = page(ArtifactView);
export type ArtifactPage = z.infer<typeof ArtifactPage>;
