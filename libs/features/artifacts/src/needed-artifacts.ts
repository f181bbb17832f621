import { findOperation, type ArtifactReference } from '@corefleet/operations';
import type { Transaction } from '@corefleet/platform/database';
import { ConflictError } from '@corefleet/platform/errors';

/** The files that an operation with these parameters needs on its device, each once. */
export function neededArtifacts(operation: string, parameters: unknown): ArtifactReference[] {
  const preparation = findOperation(operation)?.prepare(parameters);
  if (preparation?.kind !== 'prepared') return [];
  return [...new Map(preparation.operation.artifacts.map((reference) => [reference.sha256, reference])).values()];
}

/** Their digests: what commands and rollouts keep of them. */
export const neededDigests = (operation: string, parameters: unknown): string[] =>
  neededArtifacts(operation, parameters).map(({ sha256 }) => sha256);

/** Where each reference stands in the parameters, as a person wrote them: `parameters.file`. */
export function fieldOf(parameters: unknown, sha256: string): string {
  return ['parameters', ...(pathTo(parameters, sha256) ?? [])].join('.');
}

function pathTo(value: unknown, sha256: string): string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('sha256' in value && value.sha256 === sha256) return [];
  for (const [key, member] of Object.entries(value)) {
    const path = pathTo(member, sha256);
    if (path) return [key, ...path];
  }
  return undefined;
}

/**
 * Who needs the file: an open command, or a rollout that has not ended and may still make commands of it. Ask under a
 * lock of the artifact's row, in a statement of its own: whoever issues has that lock too until it has committed.
 * @returns in words, or undefined
 */
export async function neededBy(tx: Transaction, sha256: string): Promise<string | undefined> {
  const rollouts = await tx.$queryRaw<{ name: string }[]>`
    SELECT name FROM rollouts WHERE finished_at IS NULL AND status <> 'stopped' AND ${sha256} = ANY (artifacts) LIMIT 1`;
  if (rollouts[0]) return `rollout "${rollouts[0].name}"`;
  const commands = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM commands WHERE finished_at IS NULL AND artifacts <> '{}' AND artifacts @> ARRAY[${sha256}] LIMIT 1`;
  return commands[0] && `command "${commands[0].id}"`;
}

/**
 * Locks the rows of kept files, so that none is removed before the transaction has written who needs it.
 * @throws ConflictError when one is gone
 */
export async function lockKept(tx: Transaction, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return;
  const kept = await tx.$queryRaw<{ sha256: string }[]>`
    SELECT sha256 FROM artifacts WHERE sha256 = ANY (${digests}::text[]) FOR SHARE`;
  const gone = digests.find((digest) => !kept.some(({ sha256 }) => sha256 === digest));
  if (gone !== undefined) throw new ConflictError(`cannot use artifact "${gone}": it was removed meanwhile`);
}
