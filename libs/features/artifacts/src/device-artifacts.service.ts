import { Injectable } from '@nestjs/common';
import { findOperation, type ArtifactReference } from '@corefleet/operations';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { contentAnswer, type ContentAnswer, type KeptArtifact } from './artifact-content';
import { ArtifactFiles, type ReceivedFile } from './artifact-files';
import { lockBytes } from './artifact-lock';

/** What a device may be told of a file. */
export type Fetchable =
  | { readonly kind: 'kept'; readonly artifact: KeptArtifact }
  /** No open command of this device names it; whether it exists is not told. */
  | { readonly kind: 'not-needed' }
  /** Its command names it, and it was removed since. */
  | { readonly kind: 'gone' };

/** What a device stores: for which command, under which name. */
export interface DeviceFile {
  readonly enrolmentId: string;
  readonly commandId: string;
  readonly name: string;
}

export interface DeviceFileBounds {
  /** The largest file that is taken. */
  readonly mostBytes: number;
  /** How long it is kept. */
  readonly days: number;
}

/** Files that one command may store. */
const FILES_OF_COMMAND = 8;
const DAY_MS = 86_400_000;

/** Files as devices fetch and store them, each on the strength of an open command. Writer of table `artifacts`. */
@Injectable()
export class DeviceArtifactsService {
  constructor(
    private readonly database: Database,
    private readonly files: ArtifactFiles,
    private readonly clock: Clock,
  ) {}

  /** One query over the open commands of the enrolment. */
  async fetchable(enrolmentId: string, sha256: string): Promise<Fetchable> {
    const [row] = await this.database.rows<{ needed: boolean; size: string | null; name: string | null }>(
      'fetchable-artifact',
      FETCHABLE,
      [enrolmentId, sha256],
    );
    if (!row?.needed) return { kind: 'not-needed' };
    if (row.size === null || row.name === null) return { kind: 'gone' };
    return { kind: 'kept', artifact: { sha256, sizeBytes: Number(row.size), name: row.name } };
  }

  /** The bytes, or a part of them. @throws ArtifactBytesMissingError */
  content(
    artifact: KeptArtifact,
    asked: { range?: string | undefined; ifRange?: string | undefined },
  ): Promise<ContentAnswer> {
    return contentAnswer(this.files, artifact, asked);
  }

  /** Whether the command is open, of this enrolment, and of an operation that stores files. */
  async mayStore({ enrolmentId, commandId }: DeviceFile): Promise<boolean> {
    const [row] = await this.database.rows<StoringCommand>('storing-command', STORING_COMMAND, [
      enrolmentId,
      commandId,
    ]);
    return storesFiles(row);
  }

  /**
   * Streams a device's file to the disk and keeps it for some days. The same content again is the same artifact.
   * @returns its reference, or undefined when the command ended, or the enrolment, before the file did
   * @throws ArtifactTooLargeError, UploadCutError, ArtifactStorageFullError
   */
  async store(
    file: DeviceFile,
    content: AsyncIterable<Uint8Array>,
    { mostBytes, days }: DeviceFileBounds,
  ): Promise<ArtifactReference | undefined> {
    const received = await this.files.receive(content, mostBytes);
    try {
      const kept = await this.database.transaction((tx) => this.keep(tx, file, received, days));
      if (kept) return { sha256: received.sha256, size: received.sizeBytes, name: file.name };
    } catch (error) {
      await this.files.discard(received);
      throw error;
    }
    await this.files.discard(received);
    return undefined;
  }

  private async keep(tx: Transaction, file: DeviceFile, received: ReceivedFile, days: number): Promise<boolean> {
    const { enrolmentId, commandId, name } = file;
    const { sha256, sizeBytes } = received;
    const [command] = await tx.$queryRawUnsafe<StoringCommand[]>(STORING_COMMAND, enrolmentId, commandId);
    if (!command || !storesFiles(command)) return false;
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + days * DAY_MS);
    await lockBytes(tx, sha256);
    await this.files.place(received);
    await tx.$executeRaw`
      INSERT INTO artifacts (sha256, size, name, created_by, created_at, enrolment_id, command_id, expires_at, sensitive)
      VALUES (${sha256}, ${sizeBytes}, ${name}, ${command.serial}, ${now}, ${enrolmentId}::uuid, ${commandId}::uuid,
              ${expiresAt}, ${isSensitive(command)})
      ON CONFLICT (sha256) DO UPDATE SET expires_at = greatest(artifacts.expires_at, excluded.expires_at)
        WHERE artifacts.expires_at IS NOT NULL`;
    return true;
  }
}

interface StoringCommand {
  readonly operation: string;
  readonly serial: string;
  readonly kept: number;
}

const storesFiles = (command: StoringCommand | undefined): boolean =>
  command !== undefined &&
  command.kept < FILES_OF_COMMAND &&
  findOperation(command.operation)?.storesArtifacts === true;

const isSensitive = ({ operation }: StoringCommand): boolean => findOperation(operation)?.read?.sensitive === true;

const FETCHABLE = `
SELECT EXISTS (SELECT FROM commands
                WHERE enrolment_id = $1::uuid AND finished_at IS NULL AND $2 = ANY (artifacts)) AS needed,
       kept.size, kept.name
  FROM (VALUES (1)) AS one LEFT JOIN artifacts kept ON kept.sha256 = $2`;

const STORING_COMMAND = `
SELECT commands.operation, devices.serial,
       (SELECT count(*)::int FROM artifacts WHERE command_id = commands.id) AS kept
  FROM commands JOIN enrolments ON enrolments.id = commands.enrolment_id JOIN devices ON devices.id = commands.device_id
 WHERE commands.enrolment_id = $1::uuid AND commands.id = $2::uuid AND commands.finished_at IS NULL
   AND enrolments.status = 'active'`;
