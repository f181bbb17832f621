import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import type { ArtifactReference } from '@corefleet/operations';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import {
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  RefusedError,
  type FieldProblem,
} from '@corefleet/platform/errors';
import { contentAnswer, type ContentAnswer } from './artifact-content';
import { ArtifactFiles, type ReceivedFile } from './artifact-files';
import { lockBytes, removeUnlisted } from './artifact-lock';
import type { ArtifactPage, ArtifactView } from './artifact-view';
import { fieldOf, neededBy } from './needed-artifacts';

export interface Upload {
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
  /** The largest file that is taken. */
  readonly mostBytes: number;
  /** What the digest has to be, when the sender knows it. */
  readonly sha256?: string | undefined;
  /** It holds what role admin alone may see. */
  readonly sensitive?: boolean;
}

/** The view as Postgres gives it: a bigint comes as text. */
type Row = Omit<ArtifactView, 'size'> & { readonly size: string };

/** Who reads a file, or has a device fetch it. */
export interface ArtifactReader {
  readonly actor: Actor;
  readonly mayReadSensitive: boolean;
}

/** Files as people upload, read and remove them. Writer of table `artifacts`, with what devices store and the sweep. */
@Injectable()
export class ArtifactsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly files: ArtifactFiles,
    private readonly clock: Clock,
  ) {}

  /**
   * Streams a file to the disk and keeps it. The same content again is the same artifact, which keeps the name it had; of
   * one that a device stored it takes the expiry away.
   * @throws InvalidRequestError when the digest is not the one that was said; nothing is kept then
   * @throws ArtifactTooLargeError, UploadCutError, ArtifactStorageFullError
   */
  async upload(actor: Actor, { name, content, mostBytes, sha256, sensitive = false }: Upload): Promise<ArtifactView> {
    const received = await this.files.receive(content, mostBytes);
    try {
      if (sha256 !== undefined && received.sha256 !== sha256) throw otherDigest(received.sha256);
      await this.keep(actor, received, { name, sensitive });
    } catch (error) {
      await this.files.discard(received);
      throw error;
    }
    return this.get(received.sha256);
  }

  /** @throws NotFoundError */
  async get(sha256: string): Promise<ArtifactView> {
    const [row] = await this.database.rows<Row>('artifact', `${SELECT} WHERE artifacts.sha256 = $1`, [sha256]);
    if (!row) throw new NotFoundError('artifact', sha256);
    return view(row);
  }

  /** Newest first. @param query.cursor `next` of the page before */
  async list(query: { cursor?: string; limit: number }): Promise<ArtifactPage> {
    const [ms, sha256] = query.cursor?.split('.') ?? [];
    const rows = await this.database.rows<Row>('artifacts', LIST, [ms ?? null, sha256 ?? null, query.limit + 1]);
    const items = rows.slice(0, query.limit).map(view);
    const last = items.at(-1);
    return rows.length > query.limit && last
      ? { items, next: `${last.createdAt.getTime()}.${last.sha256}` }
      : { items };
  }

  /**
   * The bytes, or a part of them. Who asks is audited before they are opened: without the entry nothing is read.
   * @throws NotFoundError, ArtifactBytesMissingError, RefusedError for what is sensitive and not for this reader
   */
  async content(
    { actor, mayReadSensitive }: ArtifactReader,
    sha256: string,
    asked: { range?: string | undefined; ifRange?: string | undefined },
  ): Promise<ContentAnswer> {
    const { name, size, sensitive } = await this.get(sha256);
    if (sensitive && !mayReadSensitive) throw isForAdmins('read', sha256);
    const { range } = asked;
    const entry = { actor, action: 'artifact.read', subject: { kind: 'artifact', id: sha256 } };
    await this.database.transaction((tx) => this.audit.record(tx, { ...entry, details: { name, range } }));
    return contentAnswer(this.files, { sha256, name, sizeBytes: size }, asked);
  }

  /**
   * Removes a file that nothing needs. The row goes first: what is left of a process that dies is swept.
   * @throws NotFoundError, ConflictError while an open command or a rollout that has not ended needs it
   */
  async remove(actor: Actor, sha256: string, remark?: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [row] = await tx.$queryRaw<{ name: string; size: bigint }[]>`
        SELECT name, size FROM artifacts WHERE sha256 = ${sha256} FOR UPDATE`;
      if (!row) throw new NotFoundError('artifact', sha256);
      const needer = await neededBy(tx, sha256);
      if (needer) throw new ConflictError(`cannot remove artifact "${sha256}": ${needer} needs it`);
      await tx.artifact.delete({ where: { sha256 } });
      await this.audit.record(tx, {
        actor,
        action: 'artifact.remove',
        subject: { kind: 'artifact', id: sha256 },
        ...(remark === undefined ? {} : { remark }),
        details: { name: row.name, size: Number(row.size) },
      });
    });
    await removeUnlisted(this.database, this.files, sha256);
  }

  /**
   * Checks that each file is kept, with that size and with its bytes, and is one that the reader may read: a device that
   * fetches it can show it to anybody.
   * @param parameters where the references come from, for the names of the fields
   * @throws InvalidRequestError naming every field that is wrong; RefusedError
   */
  async requireKept(
    { mayReadSensitive }: ArtifactReader,
    references: readonly ArtifactReference[],
    parameters: unknown,
  ): Promise<void> {
    const problems: FieldProblem[] = [];
    for (const reference of references) {
      const message = await this.whatIsWrong(reference, mayReadSensitive);
      if (message) problems.push({ field: fieldOf(parameters, reference.sha256), message });
    }
    if (problems.length === 0) return;
    const named = references.map(({ name }) => `"${name}"`).join(', ');
    throw new InvalidRequestError(`cannot use ${named}: the server does not keep what the parameters name`, problems);
  }

  private async whatIsWrong(
    { sha256, size }: ArtifactReference,
    mayReadSensitive: boolean,
  ): Promise<string | undefined> {
    const [row] = await this.database.rows<Pick<Row, 'size' | 'sensitive'>>(
      'artifact-size',
      'SELECT size, sensitive FROM artifacts WHERE sha256 = $1',
      [sha256],
    );
    if (!row) return 'is not kept by the server, POST /v1/artifacts uploads it';
    if (row.sensitive && !mayReadSensitive) throw isForAdmins('use', sha256);
    if (Number(row.size) !== size) return `has ${row.size} bytes, not ${size}`;
    return (await this.files.isThere(sha256, size)) ? undefined : 'has lost its bytes, upload it again';
  }

  private async keep(
    actor: Actor,
    received: ReceivedFile,
    { name, sensitive }: { readonly name: string; readonly sensitive: boolean },
  ): Promise<void> {
    const { sha256, sizeBytes } = received;
    await this.database.transaction(async (tx) => {
      await lockBytes(tx, sha256);
      await this.files.place(received);
      await tx.$executeRaw`
        INSERT INTO artifacts (sha256, size, name, created_by, created_at, sensitive)
        VALUES (${sha256}, ${sizeBytes}, ${name}, ${actor.name}, ${this.clock.now()}, ${sensitive})
        ON CONFLICT (sha256) DO UPDATE SET expires_at = NULL`;
      const subject = { kind: 'artifact', id: sha256 };
      await this.audit.record(tx, { actor, action: 'artifact.upload', subject, details: { name, size: sizeBytes } });
    });
  }
}

const SELECT = `
SELECT artifacts.sha256, artifacts.size, artifacts.name, artifacts.created_by AS "createdBy",
       artifacts.created_at AS "createdAt", enrolments.device_id AS "deviceId", artifacts.command_id AS "commandId",
       artifacts.expires_at AS "expiresAt", artifacts.sensitive
  FROM artifacts LEFT JOIN enrolments ON enrolments.id = artifacts.enrolment_id`;

const LIST = `${SELECT}
 WHERE $1::bigint IS NULL OR (artifacts.created_at, artifacts.sha256) < (to_timestamp($1::bigint / 1000.0), $2)
 ORDER BY artifacts.created_at DESC, artifacts.sha256 DESC LIMIT $3`;

const view = (row: Row): ArtifactView => ({ ...row, size: Number(row.size) });

const isForAdmins = (act: string, sha256: string): RefusedError =>
  new RefusedError(`cannot ${act} artifact "${sha256}": it holds what role admin alone may see`);

function otherDigest(sha256: string): InvalidRequestError {
  const message = `is not the digest of what was sent: that is ${sha256}`;
  return new InvalidRequestError('cannot keep the file: wrong sha256', [{ field: 'sha256', message }]);
}
