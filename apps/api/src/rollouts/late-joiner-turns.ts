import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LateJoiners } from '@corefleet/features/rollouts';
import { DueWork, type DueKind } from '@corefleet/platform/due-work';
import type { Timetable } from '@corefleet/time-rules';

/** How long the devices that rollouts mean are not looked up again. */
const EVERY_MS = 10_000;

/** Has each rollout that takes late joiners look for some, every few seconds. */
@Injectable()
export class LateJoinerTurns implements DueKind, OnModuleInit {
  readonly name = 'late-joiners';
  private lookedAt = new Date(0);

  constructor(
    private readonly joiners: LateJoiners,
    private readonly due: DueWork,
  ) {}

  onModuleInit(): void {
    this.due.register(this);
  }

  /** They have none: the sweep is enough. */
  timetables(): Promise<ReadonlyMap<string, Timetable>> {
    return Promise.resolve(new Map());
  }

  async dueIds(now: Date): Promise<string[]> {
    if (now.getTime() - this.lookedAt.getTime() < EVERY_MS) return [];
    this.lookedAt = now;
    return this.joiners.rolloutIds();
  }

  async run(id: string): Promise<void> {
    await this.joiners.join(id);
  }
}
