import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Clock } from '@corefleet/platform/clock';
import { bounded, SCHEDULES_QUEUE, type TurnJob } from '@corefleet/platform/queue';
import type { Timetable } from '@corefleet/time-rules';
import { alignment, schedulerId } from './alignment';
import type { DueKind } from './due-kind';

/** What a process does at times: the kinds that were registered, their sweep and their job schedulers. See README.md. */
@Injectable()
export class DueWork {
  private readonly logger = new Logger(DueWork.name);
  private readonly kinds = new Map<string, DueKind>();

  constructor(
    private readonly clock: Clock,
    @InjectQueue(SCHEDULES_QUEUE) private readonly queue: Queue<TurnJob>,
  ) {}

  /** Once for each kind, while the modules are initialised: sweep and jobs begin after. */
  register(kind: DueKind): void {
    if (this.kinds.has(kind.name)) throw new Error(`cannot register "${kind.name}": it is registered already`);
    this.kinds.set(kind.name, kind);
  }

  /**
   * To be told after the commit when a row has another timetable, or none any more (undefined: disabled or removed). Never
   * throws: while Redis is away, the alignment makes good what was missed, and the sweep goes by the rows anyway.
   */
  async changed(kind: Pick<DueKind, 'name'>, id: string, timetable: Timetable | undefined): Promise<void> {
    try {
      if (timetable) await this.upsert(kind.name, id, timetable);
      else await this.remove(schedulerId(kind.name, id));
    } catch (error) {
      this.logger.warn(`Job scheduler not changed, left to the next alignment: ${String(error)}`);
    }
  }

  /** Does what is due of every kind. May run beside another sweep. @throws when a row could not be read or done */
  async sweep(): Promise<void> {
    const failures: unknown[] = [];
    for (const kind of this.kinds.values()) {
      for (const id of await kind.dueIds(this.clock.now())) {
        await kind.run(id, this.clock.now()).catch((error: unknown) => failures.push(error));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `cannot do ${failures.length} things that are due`);
  }

  /** What a job asks for. A job of a kind that this version does not know does nothing. */
  async run(kindName: string, id: string): Promise<void> {
    await this.kinds.get(kindName)?.run(id, this.clock.now());
  }

  /** Makes the job schedulers in Redis those of the rows: after a start, and when Redis was emptied. @throws when a store is away */
  async align(): Promise<void> {
    // First what is there, then what should be: a row that is made meanwhile has its scheduler in neither, or in both.
    const there = await bounded(this.queue, 'read the job schedulers of', () => this.queue.getJobSchedulers());
    for (const kind of this.kinds.values()) {
      const { missing, surplus } = alignment(kind.name, await kind.timetables(), there);
      for (const [id, timetable] of missing) await this.upsert(kind.name, id, timetable);
      for (const id of surplus) await this.remove(id);
      if (missing.size + surplus.length > 0)
        this.logger.log(`Job schedulers of kind ${kind.name}: ${missing.size} made, ${surplus.length} removed`);
    }
  }

  private async upsert(kind: string, id: string, { cron, timeZone }: Timetable): Promise<void> {
    await bounded(this.queue, 'change a job scheduler of', () =>
      this.queue.upsertJobScheduler(
        schedulerId(kind, id),
        { pattern: cron, tz: timeZone },
        { name: kind, data: { v: 1, id } },
      ),
    );
  }

  private async remove(id: string): Promise<void> {
    await bounded(this.queue, 'remove a job scheduler of', () => this.queue.removeJobScheduler(id));
  }
}
