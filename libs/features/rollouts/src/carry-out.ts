import type { AuditService } from '@corefleet/features/audit';
import { cancelCommands } from '@corefleet/features/commands';
import type { Transaction } from '@corefleet/platform/database';
import { giveUpTargets, skipTargets } from './give-up-targets';
import type { RolloutRow } from './rollout-row';
import type { Decision } from './rollout-state';
import { SYSTEM } from './system-actor';
import { turnBack } from './turn-back';

type Act = Exclude<Decision, { kind: 'wait' | 'claim' }>;

/** Does what was decided, in the transaction that holds the lock of the rollout's row. */
export async function carryOut(
  tx: Transaction,
  audit: AuditService,
  rollout: RolloutRow,
  decision: Act,
  now: Date,
): Promise<void> {
  const { id } = rollout;
  switch (decision.kind) {
    case 'give-up':
      return giveUpTargets(tx, audit, rollout, decision, now);
    case 'skip-targets':
      return skipTargets(tx, audit, rollout, decision.wave, now);
    case 'turn-back':
      return turnBack(tx, audit, rollout, now);
    case 'say':
      await update(tx, id, { reason: decision.reason });
      return;
  }
  const details = { ...decision };
  const subject = { kind: 'rollout', id };
  await audit.record(tx, { actor: SYSTEM, action: `rollout.${decision.kind}`, subject, details });
  switch (decision.kind) {
    case 'start':
      return become(tx, id, now, { status: 'running', reason: null, startedAt: now, expiresAt: expiry(rollout, now) });
    case 'pause':
      return become(tx, id, now, { status: 'paused', reason: decision.reason });
    case 'stop':
      await cancelCommands(tx, { rolloutId: id }, 'the rollout was stopped', now);
      return become(tx, id, now, { status: 'stopped', reason: decision.reason });
    case 'roll-back':
      await cancelCommands(tx, { rolloutId: id }, 'the rollout is rolled back', now);
      return become(tx, id, now, { status: 'rolling-back', reason: decision.reason, expiresAt: expiry(rollout, now) });
    case 'finish':
      return become(tx, id, now, { status: 'finished', reason: decision.reason, finishedAt: now });
    case 'close':
      return update(tx, id, { finishedAt: now });
    case 'rolled-back':
      return become(tx, id, now, { status: 'rolled-back', reason: decision.reason, finishedAt: now });
    case 'start-wave':
      return updateWave(tx, id, decision.wave, { status: 'running', startedAt: now });
    case 'soak-wave':
      return updateWave(tx, id, decision.wave, { status: 'soaking', settledAt: now });
    case 'pass-wave':
      return updateWave(tx, id, decision.wave, { status: 'passed', finishedAt: now });
  }
}

/** Until when devices are waited for, from a start or a turning back. */
export const expiry = ({ expireAfterSeconds }: Pick<RolloutRow, 'expireAfterSeconds'>, from: Date): Date =>
  new Date(from.getTime() + expireAfterSeconds * 1000);

/** A change of status says since when it is so. */
const become = (
  tx: Transaction,
  id: string,
  now: Date,
  data: { readonly status: string; readonly [column: string]: unknown },
) => update(tx, id, { ...data, statusSince: now });

async function update(tx: Transaction, id: string, data: object): Promise<void> {
  await tx.rollout.update({ where: { id }, data: { ...data, version: { increment: 1 } } });
}

async function updateWave(tx: Transaction, rolloutId: string, number: number, data: object): Promise<void> {
  await tx.wave.update({ where: { rolloutId_number: { rolloutId, number } }, data });
}
