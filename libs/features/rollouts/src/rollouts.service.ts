import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { ArtifactsService, lockKept, neededArtifacts, type ArtifactReader } from '@corefleet/features/artifacts';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { cancelCommands, checkParameters } from '@corefleet/features/commands';
import { DevicesService } from '@corefleet/features/devices';
import { Clock, Ids, idOf } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, InvalidRequestError, NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';
import { planWaves, type WaveSize } from './plan-waves';
import { RolloutJobs } from './rollout-jobs';
import { tally } from './rollout-state';
import type { RolloutView } from './rollout-view';
import { RolloutsReadModel } from './rollouts.read-model';
import { countsOf, waveCounts } from './wave-counts';

export interface CreateRollout {
  readonly name: string;
  readonly operation: string;
  readonly parameters: unknown;
  /** Which devices; empty means all. */
  readonly filter: string;
  readonly waves: readonly WaveSize[];
  /** Devices with a command under way at one time; default 500. */
  readonly maxInFlight?: number;
  /** A gate breaks when more than this share of the reached devices failed; default 10. */
  readonly maxFailedPercent?: number;
  /** ... and at least this many; default 1. */
  readonly minFailed?: number;
  /** Seconds from a device's acceptance to its verified end; default one hour. */
  readonly deadlineSeconds?: number;
  readonly remark?: string;
  /** The same key from the same actor is the same request. */
  readonly idempotencyKey?: string;
}

type Act = 'pause' | 'continue' | 'stop';

const DEFAULTS = { maxInFlight: 500, maxFailedPercent: 10, minFailed: 1, deadlineSeconds: 3600 };

/** Rollouts as people make and steer them. Writer of `rollouts`, `waves` and `rollout_targets`, with the reconciler. */
@Injectable()
export class RolloutsService {
  constructor(
    private readonly database: Database,
    private readonly devices: DevicesService,
    private readonly audit: AuditService,
    private readonly artifacts: ArtifactsService,
    private readonly reads: RolloutsReadModel,
    private readonly jobs: RolloutJobs,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bus: Bus,
  ) {}

  /**
   * Makes the rollout with its waves and the devices it means, and starts it.
   * @throws InvalidRequestError when the operation, a parameter, a file, the filter or the waves are wrong, or no device
   *   matches; RefusedError for a file that the orderer may not read
   */
  async create(orderer: ArtifactReader, request: CreateRollout): Promise<RolloutView> {
    const { actor } = orderer;
    const parameters = checkParameters(request.operation, request.parameters);
    const id =
      request.idempotencyKey === undefined ? this.ids.uuid() : idOf(['rollout', actor.id, request.idempotencyKey]);
    if (request.idempotencyKey !== undefined && (await this.madeBefore(id, request, parameters)))
      return this.reads.get(id);
    const needed = neededArtifacts(request.operation, parameters);
    if (needed.length > 0) await this.artifacts.requireKept(orderer, needed, parameters);
    const deviceIds = await this.devices.enrolledIds(request.filter);
    if (deviceIds.length === 0) throw noDevices(request.filter);
    const sizes = planWaves(request.waves, deviceIds.length);
    const artifacts = needed.map(({ sha256 }) => sha256);
    await this.database.transaction(async (tx) => {
      await lockKept(tx, artifacts);
      const { remark, idempotencyKey: _key, ...asked } = request;
      const details = { ...asked, parameters, targets: deviceIds.length, waves: sizes };
      const subject = { kind: 'rollout', id };
      const said = remark === undefined ? {} : { remark };
      const auditId = await this.audit.record(tx, { actor, action: 'rollout.create', subject, ...said, details });
      await tx.rollout.create({
        data: { id, auditId, artifacts, ...this.newRow(actor, request, parameters, deviceIds.length) },
      });
      await tx.wave.createMany({
        data: sizes.map((size, at) => ({ rolloutId: id, number: at + 1, size, status: 'pending' })),
      });
      await insertTargets(tx, id, deviceIds, sizes);
    });
    await this.moved(id);
    return this.reads.get(id);
  }

  /** No further device is started; commands already given go on. */
  pause(actor: Actor, id: string, remark?: string): Promise<RolloutView> {
    return this.act(actor, id, 'pause', ['running'], remark, () =>
      Promise.resolve({ status: 'paused', reason: `paused by ${actor.name}` }),
    );
  }

  /**
   * Goes on in spite of what the gates have seen so far; they break again on further failures. A wave in which only devices
   * are left that have not answered is passed: they keep their command and may still run it when they are back.
   */
  continue(actor: Actor, id: string, remark?: string): Promise<RolloutView> {
    return this.act(actor, id, 'continue', ['paused'], remark, async (tx) => {
      const acceptedFailures = await this.overrideGates(tx, id);
      return { status: 'running', reason: null, acceptedFailures };
    });
  }

  /** Ends the rollout: what no device has accepted is taken back. */
  stop(actor: Actor, id: string, remark?: string): Promise<RolloutView> {
    return this.act(actor, id, 'stop', ['running', 'paused'], remark, async (tx) => {
      await cancelCommands(tx, { rolloutId: id }, 'the rollout was stopped', this.clock.now());
      return { status: 'stopped', reason: `stopped by ${actor.name}`, finishedAt: this.clock.now() };
    });
  }

  private async madeBefore(id: string, request: CreateRollout, parameters: object): Promise<boolean> {
    const found = await this.database.prisma.rollout.findUnique({ where: { id } });
    if (!found) return false;
    const asked = { name: request.name, operation: request.operation, filter: request.filter, parameters };
    const { name, operation, filter } = found;
    if (isDeepStrictEqual({ name, operation, filter, parameters: found.parameters }, asked)) return true;
    throw new ConflictError('cannot create rollout: the idempotency key was used for another request');
  }

  private newRow(actor: Actor, request: CreateRollout, parameters: Record<string, unknown>, targetCount: number) {
    const { name, operation, filter } = request;
    return {
      name,
      operation,
      filter,
      targetCount,
      parameters: parameters as object,
      status: 'running',
      createdBy: actor.name,
      startedAt: this.clock.now(),
      maxInFlight: request.maxInFlight ?? DEFAULTS.maxInFlight,
      maxFailedPercent: request.maxFailedPercent ?? DEFAULTS.maxFailedPercent,
      minFailed: request.minFailed ?? DEFAULTS.minFailed,
      deadlineSeconds: request.deadlineSeconds ?? DEFAULTS.deadlineSeconds,
    };
  }

  private async act(
    actor: Actor,
    id: string,
    act: Act,
    from: readonly string[],
    remark: string | undefined,
    change: (
      tx: Transaction,
    ) => Promise<{ status: string; reason: string | null; finishedAt?: Date; acceptedFailures?: number }>,
  ): Promise<RolloutView> {
    await this.database.transaction(async (tx) => {
      const [row] = await tx.$queryRaw<
        { status: string }[]
      >`SELECT status FROM rollouts WHERE id = ${id}::uuid FOR UPDATE`;
      if (!row) throw new NotFoundError('rollout', id);
      if (!from.includes(row.status)) throw new ConflictError(`cannot ${act} rollout "${id}": it is ${row.status}`);
      await tx.rollout.update({ where: { id }, data: { ...(await change(tx)), version: { increment: 1 } } });
      const said = remark === undefined ? {} : { remark };
      await this.audit.record(tx, { actor, action: `rollout.${act}`, subject: { kind: 'rollout', id }, ...said });
    });
    await this.moved(id);
    return this.reads.get(id);
  }

  /** A person decided: the failures so far are accepted, and running waves with nobody under way pass. @returns failures so far */
  private async overrideGates(tx: Transaction, id: string): Promise<number> {
    const counts = await waveCounts(tx, [id]);
    const waves = await tx.wave.findMany({ where: { rolloutId: id } });
    const tallies = waves.map((wave) => {
      const own = countsOf(counts, id, wave.number);
      return { ...wave, ...tally(own), pending: own['pending'] ?? 0 };
    });
    const waitsForNobody = (wave: (typeof tallies)[number]): boolean => wave.underWay === 0 && wave.pending === 0;
    const over = tallies
      .filter((wave) => wave.status === 'running' && waitsForNobody(wave))
      .map(({ number }) => number);
    const data = { status: 'passed', finishedAt: this.clock.now() };
    await tx.wave.updateMany({ where: { rolloutId: id, number: { in: over } }, data });
    return tallies.reduce((total, { failed }) => total + failed, 0);
  }

  private async moved(id: string): Promise<void> {
    this.bus.publishEvent({ topic: 'rollouts', id, version: Date.now() });
    await this.jobs.nudge([id]);
  }
}

async function insertTargets(tx: Transaction, rolloutId: string, deviceIds: string[], sizes: number[]): Promise<void> {
  const waves = sizes.flatMap((size, at) => Array.from({ length: size }, () => at + 1));
  await tx.$executeRaw`
    INSERT INTO rollout_targets (rollout_id, device_id, wave)
    SELECT ${rolloutId}::uuid, device_id, wave FROM unnest(${deviceIds}::uuid[], ${waves}::int[]) AS given (device_id, wave)`;
}

function noDevices(filter: string): InvalidRequestError {
  const message = filter.trim() === '' ? 'no device is enrolled' : `no enrolled device matches "${filter}"`;
  return new InvalidRequestError(`cannot create rollout: ${message}`, [{ field: 'filter', message }]);
}
