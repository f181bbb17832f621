import { AuditService } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { ConflictError, NotFoundError, RefusedError, UnauthenticatedError } from '@corefleet/platform/errors';
import { createLogger } from '@corefleet/platform/logger';
import { RedisConnections } from '@corefleet/platform/redis';
import { createTestDatabase, type TestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { AttemptsUncountedError, TooManyAttemptsError } from './access.errors';
import { AccessService } from './access.service';
import { AttemptCounter } from './attempt-counter';
import { SetupService } from './setup.service';
import { TokensService } from './tokens.service';

const PASSWORD = 'correct horse battery';
const SOURCE = '192.0.2.7';
const MINUTE_MS = 60_000;

/** Time that a test moves on by itself. */
class MovedClock extends Clock {
  aheadMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

describe('access', () => {
  const logger = createLogger('test', 'silent');
  const stores = testRedis();
  let files: TestDatabase;
  let database: Database;
  let redis: RedisConnections;
  let clock: MovedClock;
  let audit: AuditService;
  let access: AccessService;
  let tokens: TokensService;
  let setup: SetupService;

  beforeAll(async () => {
    files = await createTestDatabase();
    // As the role of the API: what it may not do must not be needed.
    database = new Database({ url: files.url('corefleet_api'), connections: 8, onIdleError: () => undefined });
    redis = new RedisConnections(stores.url, stores.prefix, logger);
    await redis.ready();
  });

  beforeEach(() => {
    clock = new MovedClock();
    const ids = new Ids();
    audit = new AuditService(database);
    access = new AccessService(database, audit, new AttemptCounter(redis), clock, ids);
    tokens = new TokensService(database, audit, clock, ids);
    setup = new SetupService(database, audit, clock, ids);
  });

  afterAll(async () => {
    redis.close();
    await database.close();
    await stores.cleanup();
    await files.drop();
  });

  async function lastAudit(): Promise<object | undefined> {
    return (await audit.list({ limit: 1 })).items[0];
  }

  async function principalOf(username: string) {
    return access.authenticate((await access.login(username, PASSWORD, SOURCE)).token, SOURCE);
  }

  describe('the first admin', () => {
    it('is made once, by one of many who try at the same time', async () => {
      const links = await Promise.all([setup.createSetupLink(), setup.createSetupLink()]);
      const attempts = [...links, ...links].map((link, at) =>
        setup.completeSetup(link?.token ?? '', `root${at}`, PASSWORD, SOURCE),
      );
      const settled = await Promise.allSettled(attempts);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const reasons = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      // Whoever comes so late that the link is used already is told that.
      const told = (reason: unknown) => reason instanceof ConflictError || reason instanceof UnauthenticatedError;
      expect(reasons.filter((reason) => !told(reason))).toEqual([]);
      expect(await database.prisma.user.findMany({ select: { role: true } })).toEqual([{ role: 'admin' }]);
      expect(await lastAudit()).toMatchObject({ action: 'user.create', actor: { kind: 'person', source: SOURCE } });
    });

    it('leaves no link to make when somebody exists', async () => {
      expect(await setup.createSetupLink()).toBeUndefined();
    });

    it.each([['cfl_unknown'], [''], [`cfl_${'a'.repeat(43)}`]])('is not made by %j', async (token) => {
      await expect(setup.completeSetup(token, 'eve', PASSWORD, SOURCE)).rejects.toThrow(UnauthenticatedError);
    });
  });

  describe('login', () => {
    beforeAll(() => setup.ensureUser('ada', PASSWORD, 'operator'));

    it('opens a session that authenticates until its 12 hours are over', async () => {
      const session = await access.login('ada', PASSWORD, SOURCE);
      expect(await access.authenticate(session.token, SOURCE)).toMatchObject({
        role: 'operator',
        actor: { kind: 'person', name: 'ada', source: SOURCE },
      });
      expect(await lastAudit()).toMatchObject({ action: 'session.login', outcome: 'done', actor: { name: 'ada' } });
      clock.aheadMs = 12 * 60 * MINUTE_MS + 1_000;
      await expect(access.authenticate(session.token)).rejects.toThrow(UnauthenticatedError);
    });

    it('keeps no secret in the database', async () => {
      const { token } = await access.login('ada', PASSWORD, SOURCE);
      const rows = JSON.stringify([await database.prisma.apiToken.findMany(), await database.prisma.user.findMany()]);
      expect(rows).not.toContain(token);
      expect(rows).not.toContain(PASSWORD);
    });

    it.each([
      ['a wrong password', 'ada', 'wrong horse battery'],
      ['an unknown name', 'nobody', PASSWORD],
    ])('refuses %s in the same words and audits it', async (_, username, password) => {
      await expect(access.login(username, password, SOURCE)).rejects.toThrow(
        'cannot log in: wrong username or password',
      );
      expect(await lastAudit()).toMatchObject({
        action: 'session.login',
        outcome: 'refused',
        subject: { id: username },
      });
    });

    it('locks a username out of one source after ten failures, also when they come at once', async () => {
      await setup.ensureUser('bob', PASSWORD, 'viewer');
      const settled = await Promise.allSettled(
        Array.from({ length: 14 }, () => access.login('bob', 'wrong', '192.0.2.8')),
      );
      const reasons = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
      expect(reasons.filter((reason) => reason instanceof UnauthenticatedError)).toHaveLength(10);
      expect(reasons.filter((reason) => reason instanceof TooManyAttemptsError)).toHaveLength(4);
      await expect(access.login('bob', PASSWORD, '192.0.2.8')).rejects.toThrow(TooManyAttemptsError);
      await expect(access.login('bob', PASSWORD, '192.0.2.9')).resolves.toMatchObject({ username: 'bob' });
      const refusals = (await audit.list({ limit: 50, subjectId: 'bob' })).items;
      expect(refusals).toHaveLength(11);
    });

    it('counts from the start again after a success', async () => {
      for (let round = 0; round < 2; round += 1) {
        for (let attempt = 0; attempt < 9; attempt += 1) {
          await expect(access.login('ada', 'wrong', '192.0.2.10')).rejects.toThrow(UnauthenticatedError);
        }
        await access.login('ada', PASSWORD, '192.0.2.10');
      }
    });

    it('lets nobody in uncounted while Redis is away', async () => {
      const away = new RedisConnections('redis://127.0.0.1:1', 'away', logger);
      const uncounted = new AccessService(database, audit, new AttemptCounter(away), clock, new Ids());
      await expect(uncounted.login('ada', PASSWORD, SOURCE)).rejects.toThrow(AttemptsUncountedError);
      away.close();
    });

    it('ends with logout', async () => {
      const { token } = await access.login('ada', PASSWORD, SOURCE);
      const principal = await access.authenticate(token);
      await access.logout(principal);
      await access.logout(principal);
      await expect(access.authenticate(token)).rejects.toThrow(UnauthenticatedError);
      expect(await lastAudit()).toMatchObject({ action: 'session.logout', subject: { id: principal.tokenId } });
    });

    it('does not authenticate a disabled user', async () => {
      await setup.ensureUser('carol', PASSWORD, 'viewer');
      const { token } = await access.login('carol', PASSWORD, SOURCE);
      await database.prisma.user.update({ where: { username: 'carol' }, data: { disabledAt: new Date() } });
      await expect(access.authenticate(token)).rejects.toThrow(UnauthenticatedError);
      await expect(access.login('carol', PASSWORD, SOURCE)).rejects.toThrow(UnauthenticatedError);
    });

    it('writes the last use at most once a minute', async () => {
      const { token } = await access.login('ada', PASSWORD, SOURCE);
      const { tokenId } = await access.authenticate(token);
      const lastUsed = async () =>
        (await database.prisma.apiToken.findUniqueOrThrow({ where: { id: tokenId } })).lastUsedAt;
      const first = await lastUsed();
      clock.aheadMs = MINUTE_MS / 2;
      await access.authenticate(token);
      expect(await lastUsed()).toEqual(first);
      clock.aheadMs = MINUTE_MS + 1_000;
      await access.authenticate(token);
      expect(await lastUsed()).not.toEqual(first);
    });
  });

  describe('API tokens', () => {
    beforeAll(async () => {
      await setup.ensureUser('ada', PASSWORD, 'operator');
      await setup.ensureUser('bea', PASSWORD, 'admin');
    });

    it('do what their person may, until they expire or are revoked', async () => {
      const ada = await principalOf('ada');
      const made = await tokens.create(ada, { name: 'ci', expiresInSeconds: 3600 });
      const principal = await access.authenticate(made.token);
      expect(principal).toMatchObject({ role: 'operator', actor: { kind: 'token', id: made.id, name: 'ada/ci' } });
      await expect(tokens.create(principal, { name: 'more', expiresInSeconds: 60 })).rejects.toThrow(RefusedError);
      await tokens.revoke(ada, made.id);
      await tokens.revoke(ada, made.id);
      await expect(access.authenticate(made.token)).rejects.toThrow(UnauthenticatedError);
      expect(await lastAudit()).toMatchObject({ action: 'token.revoke', subject: { id: made.id } });
    });

    it('are seen and revoked by their person and by admins only', async () => {
      const [ada, bea] = [await principalOf('ada'), await principalOf('bea')];
      const own = await tokens.create(bea, { name: 'own', expiresInSeconds: 60 });
      await expect(tokens.revoke(ada, own.id)).rejects.toThrow(NotFoundError);
      const [mine, all] = [await tokens.list(ada, { limit: 500 }), await tokens.list(bea, { limit: 500 })];
      expect(new Set(mine.items.map(({ username }) => username))).toEqual(new Set(['ada']));
      expect(new Set(all.items.map(({ username }) => username))).toContain('bea');
      expect(JSON.stringify(all)).not.toContain('ecret');
    });

    it('are listed page by page, newest first', async () => {
      const ada = await principalOf('ada');
      for (const name of ['one', 'two', 'three']) await tokens.create(ada, { name, expiresInSeconds: 60 });
      const first = await tokens.list(ada, { limit: 2 });
      const second = await tokens.list(ada, { limit: 2, cursor: first.next ?? '' });
      expect([...first.items, ...second.items].slice(0, 3).map(({ name }) => name)).toEqual(['three', 'two', 'one']);
    });
  });

  describe('ensureUser', () => {
    it('makes, leaves alone, and resets', async () => {
      await setup.ensureUser('dan', PASSWORD, 'viewer');
      const before = await database.prisma.user.findUniqueOrThrow({ where: { username: 'dan' } });
      await setup.ensureUser('dan', PASSWORD, 'viewer');
      expect(await database.prisma.user.findUniqueOrThrow({ where: { username: 'dan' } })).toEqual(before);
      await setup.ensureUser('dan', 'another long password', 'operator');
      await expect(access.login('dan', 'another long password', SOURCE)).resolves.toMatchObject({ role: 'operator' });
      const actions = (await audit.list({ limit: 50, subjectId: before.id })).items.map(({ action }) => action);
      expect(actions).toEqual(['user.reset', 'user.create']);
    });
  });
});
