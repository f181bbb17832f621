import { Injectable } from '@nestjs/common';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { nextTurn, type Turn } from '@corefleet/time-rules';
import { scheduleView, type SchedulePage, type ScheduleView } from './schedule-view';

/** Schedules as people read them. */
@Injectable()
export class SchedulesReadModel {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws NotFoundError */
  async get(id: string): Promise<ScheduleView> {
    const row = await this.database.prisma.schedule.findUnique({ where: { id } });
    if (!row) throw new NotFoundError('schedule', id);
    return scheduleView(row);
  }

  /** By its name, which only one schedule has. */
  async find(name: string): Promise<ScheduleView | undefined> {
    const row = await this.database.prisma.schedule.findUnique({ where: { name } });
    return row ? scheduleView(row) : undefined;
  }

  /** Newest first. @param query.cursor id of the last schedule of the page before */
  async list(query: { cursor?: string; limit: number }): Promise<SchedulePage> {
    const rows = await this.database.prisma.schedule.findMany({
      where: query.cursor ? { id: { lt: query.cursor } } : {},
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    const items = rows.slice(0, query.limit).map(scheduleView);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }

  /** The next occurrences, also of a schedule that is disabled. @throws NotFoundError */
  async occurrences(id: string, count: number): Promise<Turn[]> {
    const schedule = await this.get(id);
    const turns: Turn[] = [];
    for (let after = this.clock.now(); turns.length < count;) {
      const turn = nextTurn(schedule, id, after);
      turns.push(turn);
      after = turn.occurrence;
    }
    return turns;
  }
}
