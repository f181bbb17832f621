import type { FileSource } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { artifactReference, type ArtifactReference } from './artifact';
import type { OperationContext } from './operation';

/** Files that were uploaded to the server. */
export const artifactReferences = z.optional(z.array(artifactReference).check(z.minLength(1), z.maxLength(100)));

/** Fetches the files, so that a start has them at hand. @throws when one cannot be fetched, or is not the one named */
export async function fetchFiles(
  context: OperationContext,
  ...lists: (readonly ArtifactReference[] | undefined)[]
): Promise<void> {
  for (const file of lists.flatMap((list) => list ?? [])) await context.fetchArtifact(file);
}

/** Files as a form sends them, under a name of the caller's choice or their own. */
export async function openFiles(
  context: OperationContext,
  files: readonly ArtifactReference[] = [],
  nameOf = ({ name }: ArtifactReference): string => name,
): Promise<FileSource[]> {
  const sources: FileSource[] = [];
  for (const file of files) sources.push({ filename: nameOf(file), bytes: (await context.fetchArtifact(file)).open() });
  return sources;
}
