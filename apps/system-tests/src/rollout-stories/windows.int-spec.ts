import { RolloutsReadModel } from '@corefleet/features/rollouts';
import { beginRollout, startClosedLoop, type ClosedLoop } from '@corefleet/testing/closed-loop-fleet';

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'] as const;

let loop: ClosedLoop;

beforeAll(async () => {
  loop = await startClosedLoop({
    devices: ZONES.length,
    timeZone: (at) => ZONES[at] ?? 'UTC',
    begins: new Date('2026-03-28T12:00:00Z'),
  });
}, 60_000);

afterAll(() => loop.stop());

/** When each zone's device was given its command. */
async function offeredAt(rolloutId: string): Promise<Record<string, string | undefined>> {
  const where = { rolloutId, state: 'offered' };
  const events = await loop.server.owner.prisma.targetEvent.findMany({ where, orderBy: { id: 'asc' } });
  return Object.fromEntries(
    ZONES.map((zone, at) => {
      const own = events.find(({ deviceId }) => deviceId === loop.devices[at]?.deviceId);
      return [zone, own?.at.toISOString().slice(0, 16)];
    }),
  );
}

let retain = 2;

describe('devices with a maintenance window in their own time zone', () => {
  // Of March 2026 Berlin's clocks skip 2:00 to 3:00 on the 29th; of October they show it twice on the 25th, Lord Howe's
  // move by half an hour on 5 April and 4 October, New York's not in these days.
  it.each([
    [
      'the night in which Berlin has no half past two',
      '2026-03-28T12:00:00Z',
      '30 2 * * *',
      {
        'Europe/Berlin': '2026-03-29T01:30',
        'America/New_York': '2026-03-29T06:30',
        'Australia/Lord_Howe': '2026-03-28T15:30',
        UTC: '2026-03-29T02:30',
      },
    ],
    [
      'the night in which Lord Howe has a quarter to two twice',
      '2026-04-04T12:00:00Z',
      '45 1 * * *',
      {
        'Europe/Berlin': '2026-04-04T23:45',
        'America/New_York': '2026-04-05T05:45',
        'Australia/Lord_Howe': '2026-04-04T14:45',
        UTC: '2026-04-05T01:45',
      },
    ],
    [
      'the night in which Berlin has half past two twice',
      '2026-10-24T12:00:00Z',
      '30 2 * * *',
      {
        'Europe/Berlin': '2026-10-25T00:30',
        'America/New_York': '2026-10-25T06:30',
        'Australia/Lord_Howe': '2026-10-24T15:30',
        UTC: '2026-10-25T02:30',
      },
    ],
  ])('are disturbed in it alone: %s', async (night, begins, cron, expected) => {
    await loop.fleet.pass({ ms: new Date(begins).getTime() - loop.time.now().getTime() }, DAY_MS);
    retain += 1;
    const parameters = { snap: 'system', values: { 'refresh.retain': retain } };
    const { id } = await beginRollout(loop, {
      name: night,
      does: { steps: [{ operation: 'set-configuration', parameters }] },
      waves: [{ percent: 100 }],
      window: { cron, durationMinutes: 30, timeZone: 'device' },
    });
    const seen = () => loop.server.service(RolloutsReadModel).get(id);
    await loop.fleet.pass({ ms: DAY_MS, isOver: async () => (await seen()).status === 'finished' }, 15 * MINUTE_MS);
    expect((await seen()).status).toBe('finished');
    expect(await offeredAt(id)).toEqual(expected);
    expect(loop.time.now().getTime() - new Date(begins).getTime()).toBeLessThan(DAY_MS + HOUR_MS);
  });
});
