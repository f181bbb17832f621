import type { Database, Transaction } from '@corefleet/platform/database';
import type { ArtifactFiles } from './artifact-files';

/** Until the transaction ends, nobody else places or removes the bytes of this digest. */
export async function lockBytes(tx: Transaction, sha256: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('artifact ' || ${sha256}, 0))`;
}

/**
 * Removes the bytes of what no row says is kept. Safe to call for any digest, and twice: an upload of the same file is
 * either before the lock, and its row is seen, or after it, and places its bytes again.
 * @returns whether they are gone
 */
export async function removeUnlisted(database: Database, files: ArtifactFiles, sha256: string): Promise<boolean> {
  return database.transaction(async (tx) => {
    await lockBytes(tx, sha256);
    if (await tx.artifact.findUnique({ where: { sha256 }, select: { sha256: true } })) return false;
    await files.remove(sha256);
    return true;
  });
}
