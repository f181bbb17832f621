import { LIMITS } from '@corefleet/contracts/device-protocol';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { aChange, GatewayStand } from './testing/gateway-stand';
import { askNonce, authorizationOf, upgradeStatus } from './testing/test-agent';

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.open({ database: await createTestDatabase(), redis: testRedis() });
});
afterEach(() => stand.dismissAgents());
afterAll(() => stand.close());

const FUTURE = '2199-12-31T23:59:59Z';
const NO_TIME = 'cannot store change: its spawn-time is not an RFC 3339 time between 1677 and 2262';

/** What an agent may get wrong in one item, and what becomes of it: kept as it was said, or quarantined with the reason. */
const ITEMS: [string, object, { kept: string } | { reason: string }][] = [
  [
    'a kind that nobody knows',
    { n: 1, kind: 'weather', body: {} },
    { reason: 'cannot read item: kind is not as the protocol says' },
  ],
  [
    'a body of another kind',
    { n: 1, kind: 'notice', body: aChange(1).body },
    {
      reason:
        'cannot read item: body.id, body.user-id, body.type, body.key, body.first-occurred is not as the protocol says',
    },
  ],
  [
    'more than the protocol knows',
    { ...aChange(1), more: true },
    { reason: 'cannot read item: the whole is not as the protocol says' },
  ],
  ['a day that does not exist', aChange(1, { 'spawn-time': '2026-02-30T10:00:00Z' }), { reason: NO_TIME }],
  ['a time before there were computers', aChange(1, { 'spawn-time': '0001-01-01T00:00:00Z' }), { reason: NO_TIME }],
  ['a clock in the future', aChange(1, { 'spawn-time': FUTURE }), { kept: FUTURE }],
  [
    'a ready-time that is none',
    aChange(1, { 'ready-time': 'yesterday', ready: true }),
    { kept: '2026-05-03T10:00:00.000000001Z' },
  ],
];

describe('an item that is not as it should be', () => {
  it.each(ITEMS)('%s: one answer for it, and the others of its batch are kept', async (_what, item, fate) => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    agent.socket.send(JSON.stringify({ type: 'report', items: [item, aChange(2, { id: 'good' })] }));
    const ack = await agent.hears('ack');
    const changes = await stand.rows(
      `SELECT spawn_time, received_at BETWEEN now() - interval '1 minute' AND now() AS now FROM changes
       WHERE enrolment_id = $1 AND change_id <> 'good'`,
      key.enrolmentId,
    );
    const quarantined = await stand.rows(
      'SELECT reason, item FROM quarantined_items WHERE enrolment_id = $1',
      key.enrolmentId,
    );
    if ('kept' in fate) {
      expect(ack).toEqual({ type: 'ack', numbers: [1, 2], quarantined: [] });
      expect([changes, quarantined]).toEqual([[{ spawn_time: fate.kept, now: true }], []]);
    } else {
      expect(ack).toEqual({ type: 'ack', numbers: [2], quarantined: [{ n: 1, reason: fate.reason }] });
      expect([changes, quarantined]).toMatchObject([[], [{ reason: fate.reason }]]);
    }
    expect(
      await stand.rows(`SELECT 1 FROM changes WHERE enrolment_id = $1 AND change_id = 'good'`, key.enrolmentId),
    ).toHaveLength(1);
  });
});

describe('a device that speaks for another', () => {
  it('has its changes kept apart from those with the same id of another enrolment', async () => {
    const keys = [await stand.anEnrolledDevice(), await stand.anEnrolledDevice()];
    for (const [at, key] of keys.entries()) {
      const agent = await stand.join(key);
      agent.socket.send(JSON.stringify({ type: 'report', items: [aChange(1, { summary: `of ${at}` })] }));
      await agent.hears('ack');
    }
    for (const [at, { enrolmentId }] of keys.entries()) {
      expect(await stand.rows('SELECT summary FROM changes WHERE enrolment_id = $1', enrolmentId)).toEqual([
        { summary: `of ${at}` },
      ]);
    }
  });

  it('is heard no more once it was revoked, and does not come back', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    await stand.rows(`UPDATE enrolments SET status = 'revoked' WHERE id = $1`, key.enrolmentId);
    stand.bus.publishEvent({ topic: 'enrolment-revoked', id: key.enrolmentId, version: Date.now() });
    expect((await agent.hears('bye')).reason).toBe('revoked');
    agent.socket.send(JSON.stringify({ type: 'report', items: [aChange(1)] }));
    await agent.closed;
    const authorization = authorizationOf(key, await askNonce(stand.gateway.url, key.enrolmentId));
    expect(await upgradeStatus(stand.gateway.url, authorization)).toBe(401);
    expect(await stand.rows('SELECT 1 FROM changes WHERE enrolment_id = $1', key.enrolmentId)).toEqual([]);
  });
});

describe('a device that floods', () => {
  it('fills its own share and waits, while another is answered each time', async () => {
    const [flooding, other] = [
      await stand.join(await stand.anEnrolledDevice()),
      await stand.join(await stand.anEnrolledDevice()),
    ];
    await stand.sql.query('BEGIN');
    await stand.sql.query('LOCK TABLE changes IN EXCLUSIVE MODE'); // what it says cannot be stored: notices of others can
    const large = 'x'.repeat(60 * 1024);
    const tasks = Array.from({ length: 3 }, (_, at) => ({ ...TASK, id: `${at}`, summary: large }));
    try {
      for (let n = 1; n <= LIMITS.unackedItems; n += 1)
        flooding.socket.send(JSON.stringify({ type: 'report', items: [aChange(n, { id: `${n}`, tasks })] }));
      await eventually(async () => flooding.socket.bufferedAmount > 8 * 1024 * 1024, {
        what: 'the flood to be held back',
      });
      for (let n = 1; n <= 5; n += 1) {
        other.forget();
        other.send({ type: 'heartbeat', snapdState: 'reachable' });
        other.socket.send(JSON.stringify({ type: 'pull', lastSequence: 0 }));
        await other.hears('commands');
      }
      expect(flooding.socket.bufferedAmount).toBeGreaterThan(LIMITS.unackedItems * 3 * large.length * 0.5);
    } finally {
      await stand.sql.query('COMMIT');
    }
    await eventually(
      async () =>
        flooding.heard.flatMap((frame) => (frame.type === 'ack' ? frame.numbers : [])).length === LIMITS.unackedItems,
      {
        what: 'all of the flood to be stored',
        timeoutMs: 25_000,
      },
    );
  });

  it('is answered later than others, however much it says', async () => {
    const [flooding, other] = [
      await stand.join(await stand.anEnrolledDevice()),
      await stand.join(await stand.anEnrolledDevice()),
    ];
    let said = 0;
    const acked = (): number => flooding.heard.flatMap((frame) => (frame.type === 'ack' ? frame.numbers : [])).length;
    const say = (): void => {
      while (said - acked() < LIMITS.unackedItems && said < 12_000) {
        const items = Array.from({ length: 50 }, () => aChange((said += 1), { id: `${said % 100}` }));
        flooding.socket.send(JSON.stringify({ type: 'report', items }));
      }
    };
    say();
    flooding.socket.on('message', say);
    for (let n = 1; n <= 10; n += 1) {
      other.forget();
      other.socket.send(JSON.stringify({ type: 'report', items: [aChange(n)] }));
      expect((await other.hears('ack')).numbers).toEqual([n]);
    }
    expect(acked()).toBeLessThan(12_000);
  });
});

const TASK = {
  kind: 'run-hook',
  status: 'Do',
  progress: { label: '', done: 0, total: 1 },
  'spawn-time': '2026-05-03T10:00:00Z',
};
