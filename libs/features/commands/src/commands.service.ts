import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { ArtifactsService, neededArtifacts, type ArtifactReader } from '@corefleet/features/artifacts';
import { AuditService, type Actor, type NewAuditEntry } from '@corefleet/features/audit';
import { Clock, Ids, idOf } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { ConflictError, InvalidRequestError, NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';
import { requireNoBadSet } from './bad-sets';
import { checkParameters } from './check-parameters';
import { CommandJobs } from './command-jobs';
import { commandColumns, commandView, type CommandPage, type CommandView } from './command-view';
import { issueCommands } from './issue-commands';

export interface IssueRequest {
  readonly deviceIds: readonly string[];
  readonly operation: string;
  readonly parameters: unknown;
  readonly remark?: string;
  /** Seconds from the device's acceptance to the verified end; default one hour. */
  readonly deadlineSeconds?: number;
  /** Seconds within which the device must accept it; default one day. */
  readonly validForSeconds?: number;
  /** The same key from the same actor is the same request. */
  readonly idempotencyKey?: string;
}

/** One read of one device, its parameters checked. */
export interface ReadRequest {
  /** Chosen by who asks, so that the end can be waited for before the read is issued. */
  readonly id: string;
  readonly deviceId: string;
  readonly operation: string;
  readonly parameters: Record<string, unknown>;
  readonly validForSeconds: number;
  readonly deadlineSeconds: number;
}

export interface IssuedCommand {
  readonly id: string;
  readonly deviceId: string;
}

type Order = Pick<IssueRequest, 'operation' | 'remark' | 'deadlineSeconds' | 'validForSeconds'> & {
  readonly parameters: Record<string, unknown>;
};

const DEFAULT_DEADLINE_SECONDS = 3600;
const DEFAULT_VALIDITY_SECONDS = 86_400;

/** Orders to devices, as people give and read them. Writer of table `commands`. */
@Injectable()
export class CommandsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly artifacts: ArtifactsService,
    private readonly jobs: CommandJobs,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bus: Bus,
  ) {}

  /**
   * Issues the operation to each device. Rows first, then the nudge: a nudge that is lost is made good by the sweep.
   * @throws InvalidRequestError for an operation, parameter, file or device that is not there, and a validation set that is
   *   marked bad (nothing is written then)
   * @throws ConflictError when the idempotency key was used for another request; RefusedError for a file that the orderer
   *   may not read
   */
  async issue(orderer: ArtifactReader, request: IssueRequest): Promise<{ commands: IssuedCommand[] }> {
    const { actor } = orderer;
    const { operation } = request;
    const parameters = checkParameters(operation, request.parameters);
    const deviceIds = [...new Set(request.deviceIds)];
    const commands = deviceIds.map((deviceId) => ({ id: this.commandId(actor, request, deviceId), deviceId }));
    if (request.idempotencyKey && (await this.madeBefore(commands, operation, parameters))) return { commands };
    await requireNoBadSet(this.database, operation, parameters);
    await this.requireFiles(orderer, operation, parameters);
    await this.write(actor, commands, { ...request, parameters });
    return { commands };
  }

  /** Issues a read as any command is issued: audited, signed and pulled. @throws InvalidRequestError */
  async issueRead(actor: Actor, request: ReadRequest): Promise<void> {
    const { id, deviceId, operation, parameters } = request;
    await this.write(actor, [{ id, deviceId }], { ...request, parameters, operation });
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<CommandView> {
    const row = await this.database.prisma.command.findUnique({ where: { id }, omit: commandColumns });
    if (!row) throw new NotFoundError('command', id);
    return commandView(row);
  }

  /** Newest first. @param query.cursor id of the last command of the page before */
  async list(query: {
    deviceId?: string;
    rolloutId?: string;
    status?: string;
    cursor?: string;
    limit: number;
  }): Promise<CommandPage> {
    const { deviceId, rolloutId, status, cursor, limit } = query;
    const rows = await this.database.prisma.command.findMany({
      where: { deviceId, rolloutId, status, ...(cursor ? { id: { lt: cursor } } : {}) },
      omit: commandColumns,
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit).map(commandView);
    const last = items.at(-1);
    return rows.length > limit && last ? { items, next: last.id } : { items };
  }

  /** Takes a command back that no device has accepted. @throws NotFoundError, ConflictError when it is too late */
  async cancel(actor: Actor, id: string, remark?: string): Promise<CommandView> {
    await this.database.transaction(async (tx) => {
      const { count } = await tx.command.updateMany({
        where: { id, status: { in: ['queued', 'signed'] } },
        data: { status: 'cancelled', finishedAt: this.clock.now() },
      });
      const row = await tx.command.findUnique({ where: { id }, select: { status: true } });
      if (!row) throw new NotFoundError('command', id);
      if (count === 0) throw new ConflictError(`cannot cancel command "${id}": it is ${row.status}`);
      const subject = { kind: 'command', id };
      await this.audit.record(tx, {
        actor,
        action: 'command.cancel',
        subject,
        ...(remark === undefined ? {} : { remark }),
      });
    });
    this.bus.publishEvent({ topic: 'commands', id, version: Date.now() });
    return this.get(id);
  }

  private async requireFiles(orderer: ArtifactReader, operation: string, parameters: object): Promise<void> {
    const needed = neededArtifacts(operation, parameters);
    if (needed.length > 0) await this.artifacts.requireKept(orderer, needed, parameters);
  }

  private async write(actor: Actor, commands: readonly IssuedCommand[], request: Order): Promise<void> {
    const { operation, parameters, remark } = request;
    const entry: NewAuditEntry = {
      actor,
      action: 'command.issue',
      subject: { kind: 'command', id: commands.length === 1 ? (commands[0]?.id ?? '') : '' },
      ...(remark === undefined ? {} : { remark }),
      details: { operation, parameters, devices: commands.length, commands: commands.map(({ id }) => id) },
    };
    const order = { operation, parameters, requestedBy: actor.name, commands, ...this.times(request) };
    const { enrolled, filesKept } = await issueCommands(this.database, entry, order);
    const deviceIds = commands.map(({ deviceId }) => deviceId);
    if (enrolled.length < commands.length) throw notEnrolled(deviceIds, new Set(enrolled));
    if (!filesKept) throw removedMeanwhile(operation);
    await this.nudge(operation, commands);
  }

  private times(request: Order): { createdAt: Date; deadlineSeconds: number; validUntil: Date } {
    const validForSeconds = request.validForSeconds ?? DEFAULT_VALIDITY_SECONDS;
    const createdAt = this.clock.now();
    return {
      createdAt,
      deadlineSeconds: request.deadlineSeconds ?? DEFAULT_DEADLINE_SECONDS,
      validUntil: new Date(createdAt.getTime() + validForSeconds * 1000),
    };
  }

  private commandId(actor: Actor, request: IssueRequest, deviceId: string): string {
    const { idempotencyKey } = request;
    return idempotencyKey === undefined ? this.ids.uuid() : idOf(['command', actor.id, idempotencyKey, deviceId]);
  }

  private async madeBefore(commands: IssuedCommand[], operation: string, parameters: object): Promise<boolean> {
    const ids = commands.map(({ id }) => id);
    const found = await this.database.prisma.command.findMany({ where: { id: { in: ids } } });
    if (found.length === 0) return false;
    const same = found.every((row) => row.operation === operation && isDeepStrictEqual(row.parameters, parameters));
    if (same && found.length === ids.length) return true;
    throw new ConflictError('cannot issue commands: the idempotency key was used for another request');
  }

  private async nudge(operation: string, commands: readonly IssuedCommand[]): Promise<void> {
    const version = Date.now();
    this.bus.publishEvents(commands.map(({ id }) => ({ topic: 'commands', id, version })));
    await this.jobs.add(
      operation,
      commands.map(({ id }) => id),
    );
  }
}

function notEnrolled(deviceIds: readonly string[], enrolled: ReadonlySet<string>): InvalidRequestError {
  const missing = deviceIds.filter((id) => !enrolled.has(id));
  const named = missing.slice(0, 5).map((id) => `"${id}"`);
  const problems = deviceIds.flatMap((id, at) =>
    enrolled.has(id) ? [] : [{ field: `deviceIds.${at}`, message: 'is not an enrolled device' }],
  );
  const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : '';
  return new InvalidRequestError(
    `cannot issue commands to ${named.join(', ')}${more}: not an enrolled device`,
    problems,
  );
}

function removedMeanwhile(operation: string): ConflictError {
  return new ConflictError(`cannot use operation "${operation}": a file that it needs was removed meanwhile`);
}
