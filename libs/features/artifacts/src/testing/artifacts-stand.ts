import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AuditService } from '@corefleet/features/audit';
import type { ArtifactReference } from '@corefleet/operations';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { ArtifactFiles } from '../artifact-files';
import { ArtifactsSweep } from '../artifacts-sweep.service';
import { ArtifactsService } from '../artifacts.service';
import { DeviceArtifactsService } from '../device-artifacts.service';

/** A database of the spec's own. */
export interface SpecDatabase {
  url(role?: 'corefleet_api' | 'corefleet_gateway' | 'corefleet_worker'): string;
  drop(): Promise<void>;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Pieces as a socket brings them. */
export async function* pieces(...all: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield await Promise.resolve(Buffer.from(piece));
}

/** The services, each as the Postgres role of its process, over one directory. */
export class ArtifactsStand {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'corefleet-artifacts-'));
  readonly owner: Database;
  readonly api: ArtifactsService;
  readonly gateway: DeviceArtifactsService;
  readonly worker: ArtifactsSweep;
  private readonly databases: Database[] = [];

  constructor(private readonly database: SpecDatabase) {
    const files = new ArtifactFiles(this.directory);
    const clock = new Clock();
    this.owner = this.connect();
    const [api, worker] = [this.connect('corefleet_api'), this.connect('corefleet_worker')];
    this.api = new ArtifactsService(api, new AuditService(api), files, clock);
    this.gateway = new DeviceArtifactsService(this.connect('corefleet_gateway'), files, clock);
    this.worker = new ArtifactsSweep(worker, new AuditService(worker), files);
  }

  connect(role?: 'corefleet_api' | 'corefleet_gateway' | 'corefleet_worker'): Database {
    const database = new Database({ url: this.database.url(role), connections: 4, onIdleError: () => undefined });
    this.databases.push(database);
    return database;
  }

  async close(): Promise<void> {
    await Promise.all(this.databases.map((database) => database.close()));
    await this.database.drop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Every file below the directory. */
  lying(): string[] {
    return readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  }

  pathOf(sha256: string): string {
    return path.join(this.directory, sha256.slice(0, 2), sha256);
  }

  async anEnrolment(): Promise<{ deviceId: string; enrolmentId: string }> {
    const [deviceId, enrolmentId] = [randomUUID(), randomUUID()];
    const identity = { brandId: 'acme', model: 'pc', serial: deviceId };
    await this.owner.prisma.device.create({ data: { id: deviceId, ...identity, labels: {}, enrolmentId } });
    const key = { publicKey: enrolmentId, status: 'active', tokenId: randomUUID() };
    await this.owner.prisma.enrolment.create({ data: { id: enrolmentId, deviceId, ...key } });
    return { deviceId, enrolmentId };
  }

  /** An open command of the enrolment. @returns its id */
  async aCommand(
    of: { deviceId: string; enrolmentId: string },
    more: { operation?: string; artifacts?: string[]; finishedAt?: Date } = {},
  ): Promise<string> {
    const id = randomUUID();
    const { operation = 'refresh', ...rest } = more;
    const when = { validUntil: new Date(Date.now() + 60_000), deadlineSeconds: 60 };
    const who = { auditId: 1n, requestedBy: 'ann', status: 'signed' };
    await this.owner.prisma.command.create({
      data: { id, ...of, operation, parameters: {}, ...when, ...who, ...rest },
    });
    return id;
  }

  /** A rollout with files. @returns its name */
  async aRollout(status: string, artifacts: string[], ended = false): Promise<string> {
    const name = `rollout ${randomUUID()}`;
    const bounds = { limits: {}, gate: {}, time: {}, targetCount: 1, expireAfterSeconds: 60 };
    const plan = { does: {}, steps: [], planDigest: '', planSummary: {}, filter: '' };
    const who = { createdBy: 'ann', authorId: 'a', auditId: 1n };
    const finishedAt = ended ? new Date() : null;
    await this.owner.prisma.rollout.create({
      data: { id: randomUUID(), name, status, artifacts, finishedAt, ...plan, ...who, ...bounds },
    });
    return name;
  }

  /** Lets a device's file come to its end. */
  async letExpire({ sha256 }: Pick<ArtifactReference, 'sha256'>): Promise<void> {
    await this.owner.prisma.artifact.update({ where: { sha256 }, data: { expiresAt: new Date(Date.now() - 1000) } });
  }
}
