import { randomBytes, randomUUID } from 'node:crypto';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { aChange, aCommandReport, GatewayStand } from './testing/gateway-stand';
import { aHello } from './testing/test-agent';

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.open({ database: await createTestDatabase(), redis: testRedis() });
});
afterEach(() => stand.dismissAgents());
afterAll(() => stand.close());

describe('reports', () => {
  it('are acknowledged only after the rows are there', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    await stand.sql.query('BEGIN');
    await stand.sql.query('LOCK TABLE changes IN EXCLUSIVE MODE');
    agent.send({ type: 'report', items: [aChange(1), aCommandReport(2)] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(agent.heard.some(({ type }) => type === 'ack')).toBe(false);
    await stand.sql.query('COMMIT');
    expect(await agent.hears('ack')).toEqual({ type: 'ack', numbers: [1, 2], quarantined: [] });
    expect(await stand.rows('SELECT status FROM changes WHERE enrolment_id = $1', key.enrolmentId)).toEqual([
      { status: 'Doing' },
    ]);
    expect(await stand.rows('SELECT number FROM command_reports WHERE enrolment_id = $1', key.enrolmentId)).toEqual([
      { number: '2' },
    ]);
  });

  it('lose poison items to the quarantine, and only those', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const items = [
      aChange(1, { 'spawn-time': 'yesterday' }),
      { n: 2, kind: 'change', body: {} },
      aChange(3),
      aCommandReport(5, { message: 'a\u0000b' }),
    ];
    const text = JSON.stringify({ type: 'report', items });
    const deepItem = `{"n":4,"kind":"command","body":{"commandId":"${randomUUID()}","state":"failed","changeIds":[],"result":${deep}}}`;
    agent.socket.send(`${text.slice(0, -2)},${deepItem}]}`);
    const ack = await agent.hears('ack');
    expect(ack.numbers).toEqual([3, 5]);
    expect(ack.quarantined).toEqual([
      { n: 1, reason: 'cannot store change: its spawn-time is not an RFC 3339 time between 1677 and 2262' },
      { n: 2, reason: 'cannot read item: body.change is not as the protocol says' },
      { n: 4, reason: 'cannot store item: it is nested too deeply' },
    ]);
    expect(
      await stand.rows(
        'SELECT number::int FROM quarantined_items WHERE enrolment_id = $1 ORDER BY number',
        key.enrolmentId,
      ),
    ).toEqual([{ number: 1 }, { number: 2 }, { number: 4 }]);
    expect(
      await stand.rows(
        `SELECT report->>'message' AS message FROM command_reports WHERE enrolment_id = $1`,
        key.enrolmentId,
      ),
    ).toEqual([{ message: 'a\uFFFDb' }]);
  });

  it('survive a database that goes away and comes back', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.join(key);
    await stand.sql.query(`ALTER ROLE corefleet_gateway CONNECTION LIMIT 0`);
    try {
      await stand.sql.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'corefleet_gateway'`,
      );
      agent.send({ type: 'report', items: [aChange(1)] });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(agent.heard.some(({ type }) => type === 'ack')).toBe(false);
    } finally {
      await stand.sql.query(`ALTER ROLE corefleet_gateway CONNECTION LIMIT -1`);
    }
    expect((await agent.hears('ack', 10_000)).numbers).toEqual([1]);
  });
});

describe('hostile frames', () => {
  const cases: [string, string | Buffer, number][] = [
    ['text that is not JSON', '{"type":', 4400],
    ['an unknown type', '{"type":"shutdown"}', 4400],
    ['JSON of huge depth', '['.repeat(250_000), 4400],
    ['huge depth that is JSON', `${'['.repeat(250_000)}${']'.repeat(250_000)}`, 4400],
    ['wrong types', '{"type":"report","items":"all"}', 4400],
    ['an item without a number', '{"type":"report","items":[{"kind":"change"}]}', 4400],
    ['a second hello', JSON.stringify(aHello()), 4412],
    ['a binary frame', randomBytes(64), 1003],
    ['an oversized frame', 'x'.repeat(600 * 1024), 1009],
    ['more items than it may have unacknowledged', JSON.stringify({ type: 'report', items: [] }), 4400],
  ];

  it.each(cases)('ends the link at %s, and no other', async (_name, frame, code) => {
    const [hostile, bystander] = [
      await stand.join(await stand.anEnrolledDevice()),
      await stand.join(await stand.anEnrolledDevice()),
    ];
    hostile.socket.send(frame);
    expect((await hostile.closed).code).toBe(code);
    bystander.send({ type: 'report', items: [aChange(1)] });
    expect((await bystander.hears('ack')).numbers).toEqual([1]);
  });

  it('ends a link that reports before hello', async () => {
    const agent = await stand.connect(await stand.anEnrolledDevice());
    agent.send({ type: 'report', items: [aChange(1)] });
    expect((await agent.closed).code).toBe(4412);
  });

  it('tells an agent it cannot speak with why, and keeps it visible', async () => {
    const key = await stand.anEnrolledDevice();
    const agent = await stand.connect(key);
    agent.send(aHello({ protocols: [99], agentVersion: '9.0.0' }));
    expect((await agent.hears('bye')).reason).toBe('protocol-not-spoken');
    expect((await agent.closed).code).toBe(4406);
    await eventually(
      async () => {
        expect(
          await stand.rows('SELECT agent_version, protocol FROM device_links WHERE enrolment_id = $1', key.enrolmentId),
        ).toEqual([{ agent_version: '9.0.0', protocol: 99 }]);
        return true;
      },
      { what: 'the link to be recorded' },
    );
  });

  it('ends a link that floods', async () => {
    const agent = await stand.join(await stand.anEnrolledDevice());
    for (let at = 0; at < 20_000; at += 1) agent.socket.send('{"type":"pull","lastSequence":0}');
    const { code } = await agent.closed;
    expect([4429, 4430]).toContain(code);
  });
});
