import type { Timetable } from '@corefleet/time-rules';
import { alignment, type SchedulerThere } from './alignment';

const nightly: Timetable = { cron: '0 3 * * *', timeZone: 'UTC', jitterSeconds: 0 };
const there = (key: string, pattern = nightly.cron, tz = nightly.timeZone): SchedulerThere => ({ key, pattern, tz });

describe('alignment', () => {
  it.each<[string, string[], SchedulerThere[], string[], string[]]>([
    ['nothing to do', ['a', 'b'], [there('schedule_b'), there('schedule_a')], [], []],
    ['an empty Redis', ['a', 'b'], [], ['a', 'b'], []],
    ['another cron', ['a'], [there('schedule_a', '0 4 * * *')], ['a'], []],
    ['another zone', ['a'], [there('schedule_a', nightly.cron, 'Asia/Tokyo')], ['a'], []],
    ['a row that is gone', [], [there('schedule_a')], [], ['schedule_a']],
    ['those of another kind', [], [there('policy_a'), there('schedules_a')], [], []],
  ])('%s', (_, rows, schedulers, missing, surplus) => {
    const wanted = new Map(rows.map((id) => [id, nightly]));
    const found = alignment('schedule', wanted, schedulers);
    expect({ missing: [...found.missing.keys()], surplus: found.surplus }).toEqual({ missing, surplus });
  });
});
