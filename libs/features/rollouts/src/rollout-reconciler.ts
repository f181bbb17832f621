import { Injectable } from '@nestjs/common';
import { AuditService } from '@corefleet/features/audit';
import { CommandJobs } from '@corefleet/features/commands';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { metrics } from '@corefleet/platform/metrics';
import { Bus } from '@corefleet/platform/redis';
import { carryOut } from './carry-out';
import { followMoves } from './follow-moves';
import type { Given } from './give-commands';
import { noteArrivals, rolloutsUnheard, setUnheardAside } from './presence-moves';
import { factsOf, lockRollout, readRollout, tryLockRollout } from './rollout-row';
import { decide } from './rollout-state';
import type { Services } from './services';
import { claimTargets } from './target-claims';

/** What a step did. `claim`: it did nothing, and a claim is next. `taken`: somebody else works on the rollout. */
interface Step {
  readonly next: 'step' | 'claim' | 'wait' | 'taken';
  readonly given: readonly Given[];
  /** What was carried out. */
  readonly decision?: string;
}

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

  private get services(): Services {
    return { audit: this.audit, ids: this.ids };
  }

  /**
   * Takes steps until there is nothing to do but wait. May run twice at once and die anywhere: each step is one transaction
   * that locks the rollout's row first, and what it leaves undone is decided again from the rows.
   * @returns `taken` when somebody else has the lock: they may have looked already, so the caller comes again soon
   */
  async reconcile(rolloutId: string): Promise<'done' | 'taken'> {
    for (;;) {
      const { next, given, decision } = await this.database.transaction((tx) => this.step(tx, rolloutId));
      if (decision !== undefined) metrics.count('corefleet_rollout_decisions_total', { decision });
      await this.tell(rolloutId, given, next === 'step' || given.length > 0);
      if (next === 'step') continue;
      if (next !== 'claim') return next === 'taken' ? 'taken' : 'done';
      const claimed = await this.database.transaction((tx) =>
        claimTargets(tx, this.services, rolloutId, this.clock.now()),
      );
      if (claimed === 'taken') return 'taken';
      await this.tell(rolloutId, claimed.given, claimed.moved > 0);
      if (claimed.moved === 0) return 'done';
    }
  }

  /** Rollouts a sweep has to look at: those that are open, and those of which a command has moved. */
  async dueIds(): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>(
      'due-rollouts',
      `SELECT id FROM rollouts
        WHERE finished_at IS NULL AND status IN ('scheduled', 'running', 'paused', 'stopped', 'rolling-back')
       UNION SELECT rollout_id FROM command_moves`,
      [],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Devices were heard of: those that rollouts wait for may be given their commands.
   * @param enrolmentIds without: whoever is there now
   * @returns rollouts to reconcile
   */
  noteArrivals(enrolmentIds?: readonly string[]): Promise<string[]> {
    return noteArrivals(this.database, this.clock.now(), enrolmentIds);
  }

  /** Takes the slots of devices back that were offered a command and went away. @returns rollouts to reconcile */
  async setUnheardAside(): Promise<string[]> {
    const ids = await rolloutsUnheard(this.database, this.clock.now());
    for (const id of ids) {
      await this.database.transaction(async (tx) => {
        if (await lockRollout(tx, id)) await setUnheardAside(tx, this.services, id, this.clock.now());
      });
    }
    return ids;
  }

  private async step(tx: Transaction, id: string): Promise<Step> {
    const now = this.clock.now();
    const locked = await tryLockRollout(tx, id);
    if (!locked || locked === 'taken') return { next: locked ?? 'wait', given: [] };
    const followed = await followMoves(tx, this.services, locked, now);
    const rollout = followed ? await readRollout(tx, id) : locked;
    const given = followed ?? [];
    if (!rollout) return { next: 'wait', given };
    const decision = decide(factsOf(rollout, now));
    if (decision.kind === 'claim') return { next: 'claim', given };
    if (decision.kind === 'wait') return { next: followed ? 'step' : 'wait', given };
    await carryOut(tx, this.audit, rollout, decision, now);
    return { next: 'step', given, decision: decision.kind };
  }

  /** After the commit: nudges the signer, and whoever looks on. */
  private async tell(rolloutId: string, given: readonly Given[], moved: boolean): Promise<void> {
    if (moved) this.bus.publishEvent({ topic: 'rollouts', id: rolloutId, version: this.clock.now().getTime() });
    const byOperation = new Map<string, string[]>();
    for (const { id, operation } of given) byOperation.set(operation, [...(byOperation.get(operation) ?? []), id]);
    for (const [operation, ids] of byOperation) await this.jobs.add(operation, ids);
  }
}
