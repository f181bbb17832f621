import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import type { RunningGateway } from './index';
import { aChange, GatewayStand } from './testing/gateway-stand';
import type { TestAgent } from './testing/test-agent';

const AGENTS = 40;
const PER_SECOND = 20;
/** The stand's own two gateways take the agents. */
const OTHERS = 2;

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.open({ database: await createTestDatabase(), redis: testRedis() });
});
afterEach(() => stand.dismissAgents());
afterAll(() => stand.close());

/** A gateway with all agents, once its rate has let them in. */
async function aFullGateway(): Promise<{ stopping: RunningGateway; agents: TestAgent[] }> {
  const roomy = await stand.start({ COREFLEET_ADMISSIONS_PER_SECOND: PER_SECOND, COREFLEET_DRAIN_MS: 20_000 });
  const agents: TestAgent[] = [];
  while (agents.length < AGENTS) {
    agents.push(await stand.join(await stand.anEnrolledDevice(), {}, roomy));
    await new Promise((resolve) => setTimeout(resolve, 1_000 / PER_SECOND));
  }
  return { stopping: roomy, agents };
}

/** When the agent was told to leave. */
async function leftAt(agent: TestAgent): Promise<{ atMs: number; reconnectAfterMs: number; jitterMs: number }> {
  const { reason, reconnectAfterMs, jitterMs } = await agent.hears('bye', 20_000);
  expect(reason).toBe('draining');
  return { atMs: performance.now(), reconnectAfterMs, jitterMs };
}

describe('a gateway that drains', () => {
  it('sends its agents to the others as fast as those admit them, and serves each until then', async () => {
    const { stopping, agents } = await aFullGateway();
    const startedAt = performance.now();
    const left = Promise.all(agents.map(leftAt));
    const closed = stopping.close();
    const last = agents[AGENTS - 1]!;
    last.send({ type: 'report', items: [aChange(1)] });
    expect((await last.hears('ack')).numbers).toEqual([1]);
    expect(last.heard.map(({ type }) => type)).not.toContain('bye');

    const byes = await left;
    const seconds = (Math.max(...byes.map(({ atMs }) => atMs)) - startedAt) / 1_000;
    expect(seconds).toBeGreaterThan((AGENTS / (OTHERS * PER_SECOND)) * 0.85);
    expect(new Set(byes.map(({ reconnectAfterMs, jitterMs }) => `${reconnectAfterMs} ${jitterMs}`))).toEqual(
      new Set(['500 1000']),
    );
    await closed;
    expect((await Promise.all(agents.map((agent) => agent.closed))).every(({ code }) => code === 1012)).toBe(true);
  });

  it('has all leave at once where there is no other, and come back as fast as it will admit them', async () => {
    const { stopping, agents } = await aFullGateway();
    await stand.rows(`UPDATE gateways SET seen_at = now() - interval '10 minutes'`);
    const left = Promise.all(agents.map(leftAt));
    await stopping.close();
    const byes = await left;
    expect(new Set(byes.map(({ jitterMs }) => jitterMs))).toEqual(new Set([(AGENTS / PER_SECOND) * 1_000]));
  });

  it('is not counted on from the first moment on', async () => {
    const before = await stand.rows('SELECT id FROM gateways ORDER BY id');
    const { stopping, agents } = await aFullGateway();
    const closed = stopping.close();
    await Promise.race(agents.map((agent) => agent.hears('bye', 20_000)));
    expect(await stand.rows('SELECT id FROM gateways ORDER BY id')).toEqual(before);
    await closed;
  });

  it('is not counted on any more', async () => {
    const before = await stand.rows('SELECT id FROM gateways ORDER BY id');
    const stopping = await stand.start();
    expect(await stand.rows('SELECT id FROM gateways ORDER BY id')).toHaveLength(before.length + 1);
    await stopping.close();
    expect(await stand.rows('SELECT id FROM gateways ORDER BY id')).toEqual(before);
  });
});
