import fc from 'fast-check';
import { dueTurn, nextTurn, type Timetable } from './turn';

const hourly: Timetable = { cron: '0 * * * *', timeZone: 'UTC', jitterSeconds: 0 };
const at = (time: string): Date => new Date(`2026-11-01T${time}Z`);

describe('dueTurn', () => {
  it.each<[string, string | undefined, number]>([
    ['03:59', undefined, 0],
    ['04:00', '04:00', 0],
    ['04:59', '04:00', 0],
    ['05:00', '05:00', 1],
    ['23:30', '23:00', 19],
  ])('when 4:00 is next and it is %s: %s, after %i missed', (now, occurrence, missed) => {
    const next = nextTurn(hourly, 'x', at('03:30'));
    const due = dueTurn(hourly, 'x', next, at(now));
    expect(due?.turn.occurrence).toEqual(occurrence && at(occurrence));
    expect(due?.missed ?? 0).toBe(missed);
  });

  it('comes to each turn once, however often it looks, and in order', () => {
    const timetable = { ...hourly, jitterSeconds: 1800 };
    const steps = fc.array(fc.integer({ min: 1, max: 7200 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.string(), (seconds, key) => {
        let now = at('00:00');
        let next = nextTurn(timetable, key, now);
        let seen = 0;
        for (const step of seconds) {
          now = new Date(now.getTime() + step * 1000);
          const due = dueTurn(timetable, key, next, now);
          if (!due) continue;
          expect(due.turn.occurrence.getTime()).toBeGreaterThanOrEqual(next.occurrence.getTime());
          expect(now.getTime() - due.turn.dueAt.getTime()).toBeLessThan((3600 + 1800) * 1000);
          seen += due.missed + 1;
          next = nextTurn(timetable, key, due.turn.occurrence);
        }
        expect(next.occurrence.getTime()).toBe(at('00:00').getTime() + (seen + 1) * 3_600_000);
      }),
    );
  });
});
