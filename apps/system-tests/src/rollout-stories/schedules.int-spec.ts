import { randomUUID } from 'node:crypto';
import { CreateScheduleRequest } from '@corefleet/contracts/http';
import type { Orderer } from '@corefleet/features/rollouts';
import { SchedulesReadModel, SchedulesService } from '@corefleet/features/schedules';
import { startClosedLoop, type ClosedLoop } from '@corefleet/testing/closed-loop-fleet';

const [HOUR_MS, HALF_HOUR_MS] = [3_600_000, 1_800_000];
const DEVICES = 4;

let loop: ClosedLoop;
let ann: Orderer;

beforeAll(async () => {
  loop = await startClosedLoop({ devices: DEVICES, begins: new Date('2026-10-22T12:00:00Z') });
  const id = randomUUID();
  const data = { id, username: 'ann', passwordHash: 'none', role: 'operator', createdAt: loop.time.now() };
  await loop.server.owner.prisma.user.create({ data });
  ann = { actor: { kind: 'person', id, name: 'ann' }, personId: id, personName: 'ann', mayReadSensitive: false };
});

afterAll(() => loop.stop());

const rollouts = async (): Promise<string[]> => {
  const rows = await loop.server.owner.prisma.rollout.findMany({ orderBy: { createdAt: 'asc' } });
  return rows.map(({ name, createdAt, status }) => `${name}: ${createdAt.toISOString().slice(5, 16)} ${status}`);
};

it('works off a schedule night by night, over a change of clocks, an emptied Redis, a lost worker and days of outage', async () => {
  const request = CreateScheduleRequest.parse({
    ...{ name: 'nightly', cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
    rollout: {
      name: 'Nightly',
      does: {
        steps: [{ operation: 'set-configuration', parameters: { snap: 'system', values: { 'refresh.retain': 3 } } }],
      },
      waves: [{ percent: 100 }],
    },
  });
  const { id } = await loop.server.service(SchedulesService).create(ann, request);
  await loop.fleet.pass({ ms: 48 * HOUR_MS }, HALF_HOUR_MS);
  await loop.server.flushRedis();
  await loop.fleet.pass({ ms: 24 * HOUR_MS }, HALF_HOUR_MS);
  await loop.server.replaceWorker();
  await loop.fleet.pass({ ms: 24 * HOUR_MS }, HALF_HOUR_MS);
  // Three nights nobody looks.
  await loop.time.advanceTo(Date.parse('2026-10-29T12:00:00Z'));
  await loop.fleet.pass({ ms: 24 * HOUR_MS }, HALF_HOUR_MS);

  expect(await rollouts()).toEqual([
    'Nightly 2026-10-23 02:30: 10-23T00:30 finished',
    'Nightly 2026-10-24 02:30: 10-24T00:30 finished',
    // 2:30 comes twice in this night.
    'Nightly 2026-10-25 02:30: 10-25T00:30 finished',
    'Nightly 2026-10-26 02:30: 10-26T01:30 finished',
    'Nightly 2026-10-29 02:30: 10-29T12:00 finished',
    'Nightly 2026-10-30 02:30: 10-30T01:30 finished',
  ]);
  const asked = loop.devices.map(({ asked }) => asked.requests.filter(({ method }) => method === 'PUT').length);
  expect(asked).toEqual(Array.from({ length: DEVICES }, () => 6));
  const { items } = await loop.server.service(SchedulesReadModel).list({ limit: 1 });
  expect(items).toMatchObject([{ id, nextAt: new Date('2026-10-31T01:30:00Z'), last: { outcome: 'started' } }]);
  const audit = await loop.server.owner.prisma.auditEntry.findMany({ where: { action: 'schedule.run' } });
  expect(audit.map(({ remark }) => remark)).toContain('2 occurrences before it were missed');
  expect(audit).toHaveLength(6);
  expect(audit[0]).toMatchObject({ actorKind: 'schedule', actorId: id });
  const made = await loop.server.owner.prisma.auditEntry.findFirst({ where: { action: 'rollout.create' } });
  const details = { inTheNameOf: { kind: 'person', name: 'ann' } };
  expect(made).toMatchObject({ actorKind: 'schedule', actorId: id, details });
});
