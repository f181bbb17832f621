import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Database } from '@corefleet/platform/database';
import { ArtifactFiles } from './artifact-files';
import { removeUnlisted } from './artifact-lock';
import { neededBy } from './needed-artifacts';

/** What one sweep takes at most, of each kind; the next one takes the rest. */
const SWEEP_LIMIT = 200;
/** A temporary file that has not grown for so long belongs to a process that is dead: a living one gives up sooner. */
const DEAD_AFTER_MS = 3_600_000;
const PREFIXES = 256;

const SYSTEM: Actor = { kind: 'system', id: 'artifacts', name: 'artifacts' };

export interface Swept {
  readonly expired: number;
  readonly orphans: number;
  readonly temporary: number;
}

/** Removes what has expired, and what dead processes left. Safe to run twice at once. */
@Injectable()
export class ArtifactsSweep {
  /**
   * The first two digits whose files are looked at next: each sweep takes one of the 256 folders. Not from the first on, or
   * workers that are started anew every few hours would never come to the last.
   */
  private prefix = randomInt(PREFIXES);

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly files: ArtifactFiles,
  ) {}

  async sweep(): Promise<Swept> {
    const expired = await this.expire();
    for (const sha256 of expired) await removeUnlisted(this.database, this.files, sha256);
    const orphans = await this.removeOrphans((this.prefix++ % PREFIXES).toString(16).padStart(2, '0'));
    const temporary = await this.files.sweepTemporary(DEAD_AFTER_MS, SWEEP_LIMIT);
    return { expired: expired.length, orphans, temporary };
  }

  /** Bytes that no row names, under one prefix. @returns how many were removed */
  async removeOrphans(prefix: string): Promise<number> {
    const lying = await this.files.digestsUnder(prefix);
    if (lying.length === 0) return 0;
    const rows = await this.database.rows<{ sha256: string }>(
      'listed-artifacts',
      'SELECT sha256 FROM artifacts WHERE sha256 = ANY ($1::text[])',
      [lying],
    );
    const listed = new Set(rows.map(({ sha256 }) => sha256));
    let removed = 0;
    for (const sha256 of lying.filter((digest) => !listed.has(digest)).slice(0, SWEEP_LIMIT))
      if (await removeUnlisted(this.database, this.files, sha256)) removed += 1;
    return removed;
  }

  /** Removes the rows of files whose time is over and that nothing needs. */
  private async expire(): Promise<string[]> {
    const due = await this.database.rows<{ sha256: string }>('expired-artifacts', EXPIRED, [SWEEP_LIMIT]);
    const expired: string[] = [];
    for (const { sha256 } of due) if (await this.expireOne(sha256)) expired.push(sha256);
    return expired;
  }

  private expireOne(sha256: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.$queryRaw<{ name: string }[]>`
        SELECT name FROM artifacts WHERE sha256 = ${sha256} AND expires_at < now() FOR UPDATE SKIP LOCKED`;
      if (!row || (await neededBy(tx, sha256))) return false;
      await tx.artifact.delete({ where: { sha256 } });
      const subject = { kind: 'artifact', id: sha256 };
      await this.audit.record(tx, { actor: SYSTEM, action: 'artifact.expire', subject, details: { name: row.name } });
      return true;
    });
  }
}

/** What is needed is left out here too, or the oldest would hold up the others. */
const EXPIRED = `
SELECT sha256 FROM artifacts
 WHERE expires_at < now()
   AND NOT EXISTS (SELECT FROM rollouts WHERE finished_at IS NULL AND artifacts.sha256 = ANY (rollouts.artifacts))
   AND NOT EXISTS (SELECT FROM commands WHERE finished_at IS NULL AND commands.artifacts <> '{}'
                                          AND commands.artifacts @> ARRAY[artifacts.sha256])
 ORDER BY expires_at LIMIT $1`;
