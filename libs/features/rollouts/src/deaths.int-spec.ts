import { Database } from '@corefleet/platform/database';
import { RolloutStand } from './testing/rollout-stand';

let stand: RolloutStand;

beforeAll(async () => {
  stand = await RolloutStand.open();
});
afterEach(() => stand.expectCountsTrue());
afterAll(() => stand.close());

const UNDO = [{ operation: 'unhold', parameters: { snaps: ['app'] } }];

/** A worker's database whose transactions die at their `at`-th statement; `statements` counts those of the longest. */
function dying(database: Database): { database: Database; dieAt(at: number): void; statements(): number } {
  let [deadly, most] = [Infinity, 0];
  const transaction = database.transaction.bind(database);
  database.transaction = (work) =>
    transaction((tx) => {
      let count = 0;
      const counted = <T extends object>(target: T): T =>
        new Proxy(target, {
          get(of, name) {
            const value: unknown = Reflect.get(of, name);
            if (typeof value === 'object' && value !== null) return counted(value);
            if (typeof value !== 'function') return value;
            return (...args: unknown[]): unknown => {
              most = Math.max(most, ++count);
              if (count === deadly) throw new Error('killed');
              return Reflect.apply(value, of, args);
            };
          },
        });
      return work(counted(tx));
    });
  return { database, dieAt: (at) => void (deadly = at), statements: () => most };
}

/** Rollouts in a situation whose next reconcile does much, and the next commands' ends. */
const situations: [string, () => Promise<string>][] = [
  [
    'claims, with devices that are away',
    async () => {
      const devices = await stand.devices(4);
      await stand.away(devices.slice(0, 1));
      return stand.aRollout(
        { limits: { maxInFlight: 2, startsPerMinute: 60, maxInFlightPerSite: 2 }, sites: ['oslo'] },
        devices,
      );
    },
  ],
  [
    'follows its commands, next steps and retries among them',
    async () => {
      const steps = ['app', 'tool'].map((snap) => ({
        operation: 'hold',
        parameters: { snaps: [snap], time: 'forever' },
      }));
      const time = { attempts: { most: 2, backoffSeconds: 60 } };
      const id = await stand.aRollout({ steps, time, waves: [{ size: 4 }, { size: 1 }], limits: { maxInFlight: 3 } });
      await stand.reconcile(id);
      await stand.move(id, 'failed', { count: 1, cause: 'change-error' });
      await stand.move(id, 'succeeded', { count: 1 });
      return id;
    },
  ],
  [
    'breaks its gate and rolls back',
    async () => {
      const gate = { maxFailedPercent: 0, onFailure: 'roll-back' } as const;
      const id = await stand.aRollout({ gate, waves: [{ size: 2 }, { size: 2 }, { size: 1 }] });
      await stand.reconcile(id);
      await stand.move(id, 'succeeded', { undo: UNDO });
      await stand.reconcile(id);
      await stand.move(id, 'failed', { count: 1, cause: 'change-error' });
      return id;
    },
  ],
  [
    'expires',
    async () => {
      const id = await stand.aRollout({ waves: [{ size: 3 }], limits: { maxInFlight: 1 } });
      await stand.reconcile(id);
      await stand.move(id, 'succeeded');
      await stand.owner.prisma.rollout.update({ where: { id }, data: { expiresAt: stand.clock.now() } });
      return id;
    },
  ],
];

/** What a reader can tell of a rollout, without ids. */
async function whole(id: string): Promise<object> {
  const commands = await stand.owner.prisma.command.groupBy({
    by: ['operation', 'phase', 'step', 'attempt', 'status'],
    where: { rolloutId: id },
    _count: true,
    orderBy: [{ operation: 'asc' }, { phase: 'asc' }, { step: 'asc' }, { attempt: 'asc' }, { status: 'asc' }],
  });
  const events = await stand.owner.prisma.targetEvent.groupBy({
    by: ['phase', 'state', 'cause', 'attempt', 'step'],
    where: { rolloutId: id },
    _count: true,
    orderBy: [{ phase: 'asc' }, { state: 'asc' }, { cause: 'asc' }, { attempt: 'asc' }, { step: 'asc' }],
  });
  const audit = await stand.owner.prisma.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: 'asc' } });
  const moves = await stand.owner.prisma.commandMove.count({ where: { rolloutId: id } });
  return { ...(await stand.seen(id)), commands, events, moves, audit: audit.map(({ action }) => action) };
}

describe.each(situations)('a rollout that %s', (_, situation) => {
  it('comes to the same, wherever its reconciler dies', async () => {
    const undisturbed = await situation();
    await stand.reconcile(undisturbed);
    const expected = await whole(undisturbed);
    const { database, dieAt, statements } = dying(stand.connect('corefleet_worker'));
    const reconciler = stand.aReconciler(database);
    await reconciler.reconcile(await situation());
    expect(statements()).toBeGreaterThan(5);
    for (let at = 1; at <= statements(); at += 1) {
      const id = await situation();
      dieAt(at);
      await expect(reconciler.reconcile(id)).rejects.toThrow('killed');
      dieAt(Infinity);
      await reconciler.reconcile(id);
      expect(await whole(id)).toEqual(expected);
    }
  });
});
