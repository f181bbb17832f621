import { Injectable } from '@nestjs/common';
import { AuditService } from '@corefleet/features/audit';
import { cancelCommands } from '@corefleet/features/commands';
import { Clock } from '@corefleet/platform/clock';
import type { Transaction } from '@corefleet/platform/database';
import { ConflictError } from '@corefleet/platform/errors';
import { ActPerformer, type Doing } from './act-performer';
import { resumeWayBack } from './resume-way-back';
import { retryFailed } from './retry-failed';
import { gateOf } from './gates';
import { readRollout, type RolloutRow, type WaveRow } from './rollout-row';
import { tally } from './tally';
import type { RolloutView } from './rollout-view';

/** What people do while a rollout is worked off; what follows for its devices is the reconciler's. */
@Injectable()
export class RolloutSteering {
  constructor(
    private readonly acts: ActPerformer,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** No further device is started; commands already given go on. */
  pause(doing: Doing): Promise<RolloutView> {
    const reason = `paused by ${doing.actor.name}`;
    return this.acts.perform('pause', doing, () => Promise.resolve({ data: { status: 'paused', reason } }));
  }

  /**
   * Goes on in spite of what the gates have seen so far; they break again on further failures. A soak ends, and a wave
   * whose time-box is over, or in which only devices are left that are away, is passed: they may still run it when they are
   * back.
   */
  continue(doing: Doing): Promise<RolloutView> {
    return this.acts.perform('continue', doing, async (tx, rollout) => {
      const over = currentWave(rollout, (wave) => waitsForNobody(rollout, wave, this.clock.now()));
      if (rollout.status === 'running' && !over)
        throw new ConflictError(`cannot continue rollout "${doing.id}": it runs, and its wave is being worked off`);
      if (over) await this.endWave(tx, over, 'passed');
      const acceptedFailures = failuresOf(rollout);
      const details = { acceptedFailures, ...(over && { passedWave: over.number }) };
      return { data: { status: 'running', reason: null, acceptedFailures }, details };
    });
  }

  /** The wave that is worked off is over: who has no command there is left out. */
  skipWave(doing: Doing): Promise<RolloutView> {
    return this.acts.perform('skip-wave', doing, async (tx, rollout) => {
      const wave = currentWave(rollout, () => true) ?? rollout.waves.find(({ status }) => status === 'pending');
      if (!wave) throw new ConflictError(`cannot skip-wave rollout "${doing.id}": all its waves are over`);
      await this.endWave(tx, wave, 'skipped');
      return { data: {}, details: { wave: wave.number } };
    });
  }

  /** Ends the rollout: what no device has accepted is taken back. */
  stop(doing: Doing): Promise<RolloutView> {
    return this.acts.perform('stop', doing, async (tx) => {
      await cancelCommands(tx, { rolloutId: doing.id }, 'the rollout was stopped', this.clock.now());
      return { data: { status: 'stopped', reason: `stopped by ${doing.actor.name}` } };
    });
  }

  /**
   * Takes the devices that were changed back, within the time that the rollout had; nobody else is started. One that was
   * stopped on its way back goes on with it.
   */
  rollBack(doing: Doing): Promise<RolloutView> {
    return this.acts.perform('roll-back', doing, async (tx, { expireAfterSeconds }) => {
      const now = this.clock.now();
      await resumeWayBack(tx, this.audit, { actor: doing.actor, rolloutId: doing.id, now });
      await cancelCommands(tx, { rolloutId: doing.id }, 'the rollout is rolled back', now);
      const expiresAt = new Date(now.getTime() + expireAfterSeconds * 1000);
      const reason = `rolled back by ${doing.actor.name}`;
      return { data: { status: 'rolling-back', reason, finishedAt: null, expiresAt } };
    });
  }

  /**
   * Gives each device that failed another attempt, at the step that failed. Failures that somebody went on in spite of are
   * none any more: the gates do not let as many others pass for them. @throws ConflictError when none did
   */
  retryFailed(doing: Doing): Promise<RolloutView> {
    return this.acts.perform('retry-failed', doing, async (tx, rollout) => {
      const { actor, id } = doing;
      const devices = await retryFailed(tx, this.audit, { actor, rolloutId: id, now: this.clock.now() });
      if (devices === 0) throw new ConflictError(`cannot retry-failed rollout "${id}": no device of it failed`);
      const left = failuresOf((await readRollout(tx, id)) ?? rollout);
      return { data: { acceptedFailures: Math.min(rollout.acceptedFailures, left) }, details: { devices } };
    });
  }

  private async endWave(tx: Transaction, { rolloutId, number }: WaveRow, status: 'passed' | 'skipped'): Promise<void> {
    const where = { rolloutId_number: { rolloutId, number } };
    await tx.wave.update({ where, data: { status, finishedAt: this.clock.now() } });
  }
}

const failuresOf = ({ waves }: RolloutRow): number => waves.reduce((sum, { counts }) => sum + tally(counts).failed, 0);

const currentWave = ({ waves }: RolloutRow, isMeant: (wave: WaveRow) => boolean): WaveRow | undefined =>
  waves.find((wave) => (wave.status === 'running' || wave.status === 'soaking') && isMeant(wave));

/** A soak is ended only of a rollout that runs: one that was paused in it goes on with it. */
function waitsForNobody({ gate, status }: RolloutRow, wave: WaveRow, now: Date): boolean {
  if (wave.status === 'soaking') return status === 'running';
  const { timeBoxSeconds } = gateOf(gate, wave.gate);
  const startedAt = wave.startedAt?.getTime() ?? now.getTime();
  if (timeBoxSeconds !== undefined && startedAt + timeBoxSeconds * 1000 <= now.getTime()) return true;
  const { waiting, inFlight } = tally(wave.counts);
  return waiting + inFlight === 0;
}
