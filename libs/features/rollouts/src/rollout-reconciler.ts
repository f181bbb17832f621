import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { CommandJobs, insertCommands } from '@corefleet/features/commands';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Prisma, type Transaction } from '@corefleet/platform/database';
import { Bus } from '@corefleet/platform/redis';
import { decide, type Decision } from './rollout-state';
import { countsOf, waveCounts } from './wave-counts';

type Row = Prisma.RolloutGetPayload<object>;

/** Targets claimed in one transaction: a big wave is claimed in several. */
const CLAIM_LIMIT = 500;

/** How long a device may take to accept its command. */
const VALIDITY_SECONDS = 30 * 86_400;

const SYSTEM: Actor = { kind: 'system', id: 'rollouts', name: 'rollouts' };

/** Moves a rollout on from what its rows say; the worker's side of the rollout tables. */
@Injectable()
export class RolloutReconciler {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly jobs: CommandJobs,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bus: Bus,
  ) {}

  /** Takes steps until there is nothing to do but wait. May run twice at once and die anywhere: each step is one transaction. */
  async reconcile(rolloutId: string): Promise<void> {
    for (;;) {
      const issued: { operation: string; ids: string[] } = { operation: '', ids: [] };
      const decision = await this.database.transaction((tx) => this.step(tx, rolloutId, issued));
      if (decision.kind === 'wait') return;
      this.bus.publishEvent({ topic: 'rollouts', id: rolloutId, version: Date.now() });
      if (issued.ids.length > 0) await this.jobs.add(issued.operation, issued.ids);
    }
  }

  /** Rollouts a sweep has to look at. */
  async runningIds(): Promise<string[]> {
    const rows = await this.database.prisma.rollout.findMany({ where: { status: 'running' }, select: { id: true } });
    return rows.map(({ id }) => id);
  }

  private async step(tx: Transaction, id: string, issued: { operation: string; ids: string[] }): Promise<Decision> {
    await tx.$queryRaw`SELECT id FROM rollouts WHERE id = ${id}::uuid FOR UPDATE`;
    const rollout = await tx.rollout.findUnique({ where: { id } });
    if (rollout?.status !== 'running') return { kind: 'wait' };
    const counts = await waveCounts(tx, [id]);
    const waves = await tx.wave.findMany({ where: { rolloutId: id }, orderBy: { number: 'asc' } });
    const decision = decide({
      ...rollout,
      waves: waves.map((w) => ({ ...w, counts: countsOf(counts, id, w.number) })),
    });
    if (decision.kind === 'claim') {
      issued.operation = rollout.operation;
      issued.ids = await this.claim(tx, rollout, decision.wave, Math.min(decision.limit, CLAIM_LIMIT));
    } else if (decision.kind !== 'wait') {
      await this.transition(tx, id, decision);
    }
    return decision;
  }

  /** Gives commands to pending targets of the wave, under the lock of the rollout's row; who is not enrolled is skipped. */
  private async claim(tx: Transaction, rollout: Row, wave: number, limit: number): Promise<string[]> {
    const pending = await tx.rolloutTarget.findMany({
      where: { rolloutId: rollout.id, wave, commandId: null, skipped: null },
      select: { deviceId: true },
      orderBy: { deviceId: 'asc' },
      take: limit,
    });
    const createdAt = this.clock.now();
    const made = await insertCommands(tx, {
      createdAt,
      operation: rollout.operation,
      parameters: rollout.parameters as Record<string, unknown>,
      rolloutId: rollout.id,
      requestedBy: rollout.createdBy,
      auditId: rollout.auditId,
      deadlineSeconds: rollout.deadlineSeconds,
      validUntil: new Date(createdAt.getTime() + VALIDITY_SECONDS * 1000),
      commands: pending.map(({ deviceId }) => ({ id: this.ids.uuid(), deviceId })),
    });
    const commandOf = new Map(made.map(({ id, deviceId }) => [deviceId, id]));
    const deviceIds = pending.map(({ deviceId }) => deviceId);
    const commandIds = deviceIds.map((deviceId) => commandOf.get(deviceId) ?? null);
    await tx.$executeRaw`
      UPDATE rollout_targets SET command_id = given.command_id,
             skipped = CASE WHEN given.command_id IS NULL THEN 'not-enrolled' END
        FROM unnest(${deviceIds}::uuid[], ${commandIds}::uuid[]) AS given (device_id, command_id)
       WHERE rollout_id = ${rollout.id}::uuid AND rollout_targets.device_id = given.device_id`;
    return made.map(({ id }) => id);
  }

  private async transition(
    tx: Transaction,
    id: string,
    decision: Exclude<Decision, { kind: 'wait' | 'claim' }>,
  ): Promise<void> {
    const now = this.clock.now();
    const details = { ...decision };
    await this.audit.record(tx, {
      actor: SYSTEM,
      action: `rollout.${decision.kind}`,
      subject: { kind: 'rollout', id },
      details,
    });
    switch (decision.kind) {
      case 'pause':
        await tx.rollout.update({
          where: { id },
          data: { status: 'paused', reason: decision.reason, version: { increment: 1 } },
        });
        return;
      case 'finish':
        await tx.rollout.update({
          where: { id },
          data: { status: 'finished', finishedAt: now, version: { increment: 1 } },
        });
        return;
      case 'start-wave':
      case 'pass-wave': {
        const data =
          decision.kind === 'start-wave'
            ? { status: 'running', startedAt: now }
            : { status: 'passed', finishedAt: now };
        await tx.wave.update({ where: { rolloutId_number: { rolloutId: id, number: decision.wave } }, data });
      }
    }
  }
}
