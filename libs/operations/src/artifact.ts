import * as z from 'zod/mini';

/** A file's name without a path: it is shown to people and told to snapd. */
export const artifactName = z
  .string()
  .check(z.maxLength(255), z.regex(/^[^/\p{Cc}]+$/u, 'expected a file name without slashes'));

/**
 * A file that the server keeps, as its upload was answered: how parameters and results name it. `size` is in bytes,
 * `sha256` in lower-case hex; what differs from either is never used.
 */
export const artifactReference = z.strictObject({
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex')),
  size: z.int().check(z.nonnegative()),
  name: artifactName,
});
export type ArtifactReference = z.infer<typeof artifactReference>;
