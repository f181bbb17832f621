import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { eventually } from '@corefleet/testing/processes';
import { testRedis } from '@corefleet/testing/redis';
import { GatewayStand } from './testing/gateway-stand';
import {
  aDeviceKey,
  aHello,
  askForNonce,
  askNonce,
  authorizationOf,
  upgradeAnswer,
  upgradeStatus,
} from './testing/test-agent';

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.open({ database: await createTestDatabase(), redis: testRedis() });
});
afterEach(() => stand.dismissAgents());
afterAll(() => stand.close());

describe('the way in', () => {
  it('lets nobody in without a signature', async () => {
    expect(await upgradeStatus(stand.gateway.url)).toBe(401);
    expect(await upgradeStatus(stand.gateway.url, 'Bearer abc')).toBe(401);
  });

  it('lets nobody in with the key of another device', async () => {
    const [key, stranger] = [await stand.anEnrolledDevice(), aDeviceKey()];
    const nonce = await askNonce(stand.gateway.url, key.enrolmentId);
    expect(
      await upgradeStatus(stand.gateway.url, authorizationOf({ ...key, privateKey: stranger.privateKey }, nonce)),
    ).toBe(401);
  });

  it('takes a nonce once, at any gateway, and for the enrolment that asked for it only', async () => {
    const [key, stranger] = [await stand.anEnrolledDevice(), await stand.anEnrolledDevice()];
    const authorization = authorizationOf(key, await askNonce(stand.gateway.url, key.enrolmentId));
    expect(await upgradeStatus(stand.other.url, authorization)).toBe(101);
    expect(await upgradeStatus(stand.gateway.url, authorization)).toBe(503);
    expect(
      await upgradeStatus(
        stand.gateway.url,
        authorizationOf(key, await askNonce(stand.gateway.url, stranger.enrolmentId)),
      ),
    ).toBe(401);
  });

  it('asks to come again soon when the nonce is not there, as when Redis was emptied', async () => {
    const key = await stand.anEnrolledDevice();
    const authorization = authorizationOf(key, await askNonce(stand.gateway.url, key.enrolmentId));
    await stand.forgetNonces();
    expect(await upgradeAnswer(stand.gateway.url, authorization)).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.stringMatching(/^[1-3]$/) },
    });
    const again = authorizationOf(key, await askNonce(stand.gateway.url, key.enrolmentId));
    expect(await upgradeStatus(stand.gateway.url, again)).toBe(101);
  });

  it.each(['retired', 'revoked'])('lets nobody in whose enrolment is %s', async (status) => {
    const key = await stand.anEnrolledDevice(status);
    expect(
      await upgradeStatus(stand.gateway.url, authorizationOf(key, await askNonce(stand.gateway.url, key.enrolmentId))),
    ).toBe(401);
  });

  it('answers a challenge of an unknown enrolment like any other', async () => {
    expect(await askNonce(stand.gateway.url, randomUUID())).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  it.each([
    ['POST', '/v1/device/challenge', '{"enrolmentId":"x"}', 400],
    ['POST', '/v1/device/challenge', '{', 400],
    ['POST', '/v1/device/challenge', 'x'.repeat(2_000), 413],
    ['GET', '/v1/device/challenge', undefined, 404],
    ['GET', '/v1/device/link', undefined, 404],
    ['GET', '/', undefined, 404],
    ['GET', '/healthz', undefined, 200],
    ['GET', '/readyz', undefined, 200],
  ])('answers %s %s %p with %i', async (method, path, body, status) => {
    const answer = await fetch(`${stand.gateway.url}${path}`, { method, body: body ?? null });
    await answer.text();
    expect(answer.status).toBe(status);
  });

  it('asks to come again past its rate, each in a turn of its own', async () => {
    const slow = await stand.start({ COREFLEET_ADMISSIONS_PER_SECOND: 1 });
    try {
      const { enrolmentId } = await stand.anEnrolledDevice();
      const told = [];
      for (let at = 0; at < 4; at += 1) {
        const { status, headers } = await askForNonce(slow.url, enrolmentId);
        told.push([status, headers.get('retry-after')]);
      }
      expect(told).toEqual([
        [200, null],
        [503, '1'],
        [503, '2'],
        [503, '3'],
      ]);
    } finally {
      await slow.close();
    }
  });

  it('has a bound for proofs over nonces of other gateways too', async () => {
    const slow = await stand.start({ COREFLEET_ADMISSIONS_PER_SECOND: 1 });
    try {
      const [key, stranger] = [await stand.anEnrolledDevice(), aDeviceKey()];
      const statuses = [];
      for (let at = 0; at < 4; at += 1) {
        const nonce = await askNonce(stand.gateway.url, stranger.enrolmentId);
        statuses.push(await upgradeStatus(slow.url, authorizationOf(key, nonce)));
      }
      expect(statuses).toEqual([401, 401, 503, 503]);
    } finally {
      await slow.close();
    }
  });

  it('lets nobody in while links wait to be written down, and everybody once they are', async () => {
    const slow = await stand.start({ COREFLEET_ADMISSIONS_PER_SECOND: 2 });
    const keys = [await stand.anEnrolledDevice(), await stand.anEnrolledDevice(), await stand.anEnrolledDevice()];
    const statusFor = async (key = keys[2]): Promise<number> =>
      (await askForNonce(slow.url, key?.enrolmentId ?? '')).status;
    try {
      await stand.rows('BEGIN');
      await stand.rows('LOCK TABLE device_links');
      for (const key of keys.slice(0, 2)) {
        await new Promise((resolve) => setTimeout(resolve, 600)); // a token of its rate
        (await stand.connect(key, slow)).send(aHello());
      }
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(await statusFor()).toBe(503);
      await stand.rows('COMMIT');
      await eventually(async () => (await statusFor()) === 200, { what: 'the third to be let in' });
    } finally {
      await stand.rows('ROLLBACK');
      await slow.close();
    }
  });
});

describe('the role of the gateway', () => {
  it.each([
    ['INSERT INTO commands DEFAULT VALUES'],
    [`UPDATE commands SET status = 'succeeded'`],
    ['DELETE FROM commands'],
    ['INSERT INTO rollouts DEFAULT VALUES'],
    [`UPDATE rollouts SET status = 'finished'`],
    ['INSERT INTO audit_entries DEFAULT VALUES'],
    [`UPDATE audit_entries SET action = 'nothing'`],
    ['SELECT * FROM api_tokens'],
    [`UPDATE enrolments SET status = 'active'`],
    ['DELETE FROM changes'],
  ])('may not %s', async (statement) => {
    const client = new Client({ connectionString: stand.stores.database.url('corefleet_gateway') });
    await client.connect();
    try {
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await client.end();
    }
  });
});
