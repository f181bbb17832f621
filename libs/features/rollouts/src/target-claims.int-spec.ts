import { RolloutStand } from './testing/rollout-stand';

let stand: RolloutStand;

beforeAll(async () => {
  stand = await RolloutStand.open();
});
afterEach(async () => {
  await stand.expectCountsTrue();
  await stand.owner.prisma.rollout.updateMany({ data: { finishedAt: stand.clock.now() } }); // none takes slots of the next
  await stand.owner.pool.query(`DELETE FROM limits WHERE scope = 'site'`);
  await setFleet({ max_in_flight: null, starts_per_minute: null, credit_at: null });
});
afterAll(() => stand.close());

const setFleet = (columns: Record<string, number | null>): Promise<unknown> =>
  stand.owner.pool.query(
    `UPDATE limits SET ${Object.keys(columns)
      .map((name, at) => `${name} = $${at + 1}`)
      .join(', ')} WHERE scope = 'fleet'`,
    Object.values(columns),
  );

interface Most {
  fleet: number;
  rollout: number;
  site: number;
  berlin: number;
}

/** In flight now: of the rollouts together, of the busiest of them, of its busiest site, and in Berlin. */
async function inFlight(ids: readonly string[]): Promise<Most> {
  const { rows } = await stand.owner.pool.query<Most>(
    `WITH busy AS (SELECT rollout_id, site FROM rollout_targets
                    WHERE rollout_id = ANY ($1::uuid[]) AND state IN ('offered', 'running', 'rebooting', 'verifying')),
          most AS (SELECT (SELECT count(*) FROM busy)::int AS fleet,
                          (SELECT max(n) FROM (SELECT count(*) AS n FROM busy GROUP BY rollout_id) AS each)::int AS rollout,
                          (SELECT max(n) FROM (SELECT count(*) AS n FROM busy GROUP BY rollout_id, site) AS each)::int AS site,
                          (SELECT count(*) FROM busy WHERE site = 'berlin')::int AS berlin)
     SELECT fleet, coalesce(rollout, 0) AS rollout, coalesce(site, 0) AS site, berlin FROM most`,
    [ids],
  );
  return rows[0]!;
}

const allFinished = async (ids: readonly string[]): Promise<boolean> =>
  (await Promise.all(ids.map((id) => stand.seen(id)))).every(({ status }) => status === 'finished');

/** State and cause of each device's target, in the order of the devices. */
async function states(id: string, deviceIds: readonly string[]): Promise<string[]> {
  const rows = new Map((await stand.targets(id)).map((row) => [row.deviceId, row]));
  return deviceIds.map((deviceId) => {
    const { state, cause } = rows.get(deviceId)!;
    return cause ? `${state}(${cause})` : state;
  });
}

const offered = async (id: string): Promise<number> => (await inFlight([id])).rollout;

describe('claims', () => {
  it('hold every limit while reconcilers of several rollouts work at once', async () => {
    await setFleet({ max_in_flight: 13 });
    await stand.owner.pool.query(`INSERT INTO limits (scope, key, max_in_flight) VALUES ('site', 'berlin', 5)`);
    const sites = ['berlin', 'oslo', 'rome'];
    const of = { waves: [{ size: 40 }], sites, limits: { maxInFlight: 9, maxInFlightPerSite: 4 } };
    const ids = [await stand.aRollout(of), await stand.aRollout(of)];
    const most: Most = { fleet: 0, rollout: 0, site: 0, berlin: 0 };
    let working = true;
    const watching = (async () => {
      while (working) {
        const seen = await inFlight(ids);
        for (const key of Object.keys(most) as (keyof Most)[]) most[key] = Math.max(most[key], seen[key]);
      }
    })();
    for (let at = 0; at < 40 && !(await allFinished(ids)); at += 1) {
      await stand.reconcileAtOnce(ids, 2);
      await Promise.all(ids.map((id) => stand.move(id, 'succeeded', { count: 6 })));
    }
    working = false;
    await watching;
    expect(await allFinished(ids)).toBe(true);
    expect(most).toEqual({ fleet: 13, rollout: 9, site: 4, berlin: 5 });
  });

  it('start no more in a minute than the fleet and the rollout may', async () => {
    await setFleet({ starts_per_minute: 30 });
    const id = await stand.aRollout({ waves: [{ size: 60 }], limits: { startsPerMinute: 12 } });
    await stand.reconcileAtOnce([id]);
    expect(await offered(id)).toBe(2); // ten seconds' worth
    for (let at = 0; at < 11; at += 1) {
      stand.clock.pass(5);
      await stand.reconcileAtOnce([id]);
    }
    expect(await offered(id)).toBe(2 + 11);
    await stand.heard((await stand.targets(id)).map(({ deviceId }) => deviceId));
    stand.clock.pass(60);
    await stand.reconcile(id);
    expect(await offered(id)).toBe(2 + 11 + 2);
  });

  it('leave short slots to the rollout of higher priority', async () => {
    await setFleet({ max_in_flight: 6 });
    const low = await stand.aRollout({ waves: [{ size: 10 }] });
    const high = await stand.aRollout({ waves: [{ size: 5 }], more: { priority: 10 } });
    await stand.owner.prisma.wave.updateMany({ where: { rolloutId: high }, data: { status: 'running' } });
    await stand.reconcile(low);
    expect(await offered(low)).toBe(1);
    await stand.reconcile(high);
    expect(await offered(high)).toBe(5);
  });

  it('give a device to one rollout at a time', async () => {
    const devices = await stand.devices(2);
    const [first, second] = [await stand.aRollout({}, devices), await stand.aRollout({}, devices.slice(0, 1))];
    await stand.reconcile(first);
    await stand.reconcile(second);
    expect(await states(second, devices.slice(0, 1))).toEqual(['waiting(busy)']);
    await stand.move(first, 'succeeded');
    await stand.reconcile(first);
    stand.clock.pass(5);
    await stand.reconcile(second);
    expect(await states(second, devices.slice(0, 1))).toEqual(['offered']);
  });

  it('wait for devices that are away, and go on when they are heard of', async () => {
    const devices = await stand.devices(3);
    await stand.away(devices.slice(0, 2));
    const id = await stand.aRollout({}, devices);
    await stand.reconcile(id);
    expect(await states(id, devices)).toEqual(['waiting(offline)', 'waiting(offline)', 'offered']);
    expect(await stand.reconcilers[0]!.noteArrivals()).toEqual([]);
    await stand.heard(devices.slice(0, 1));
    const { enrolmentId } = await stand.owner.prisma.device.findUniqueOrThrow({ where: { id: devices[0]! } });
    expect(await stand.reconcilers[1]!.noteArrivals([devices[1]!])).toEqual([]);
    expect(await stand.reconcilers[1]!.noteArrivals([enrolmentId!])).toEqual([id]);
    expect(await stand.reconcilers[0]!.noteArrivals()).toEqual([]);
    await stand.reconcile(id);
    expect(await states(id, devices)).toEqual(['offered', 'waiting(offline)', 'offered']);
  });

  it('take the slot back of a device that went away before it took its command, which it runs when it is back', async () => {
    const devices = await stand.devices(2);
    const id = await stand.aRollout({ limits: { maxInFlight: 1 } }, devices);
    await stand.reconcile(id);
    const first = (await stand.targets(id)).find(({ state }) => state === 'offered')!;
    await stand.away([first.deviceId]);
    expect(await stand.reconcilers[0]!.setUnheardAside()).not.toContain(id);
    stand.clock.pass(121);
    await stand.heard(devices.filter((device) => device !== first.deviceId));
    expect(await stand.reconcilers[0]!.setUnheardAside()).toContain(id);
    await stand.reconcile(id);
    const aside = (await stand.targets(id)).find(({ deviceId }) => deviceId === first.deviceId)!;
    expect(aside).toMatchObject({ state: 'waiting', cause: 'offline', commandId: first.commandId });
    expect(await offered(id)).toBe(1);
    await stand.move(id, 'running', { count: 1 });
    await stand.reconcile(id);
    expect((await stand.targets(id)).map(({ state }) => state).sort()).toEqual(['offered', 'running']);
  });

  it.each([
    ['run-when-back', 'offered'],
    ['skip-if-late', 'skipped(late)'],
    ['latest-only', 'skipped(superseded)'],
  ])('deal with a straggler as %s says', async (catchUp, state) => {
    const devices = await stand.devices(2);
    const straggler = devices.slice(0, 1);
    await stand.away(straggler);
    const id = await stand.aRollout({ time: { catchUp } }, devices);
    await stand.reconcile(id);
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    stand.clock.pass(1);
    const newer = await stand.aRollout({ more: { name: 'Base 15' } }, straggler);
    await stand.heard(straggler);
    await stand.reconcilers[0]!.noteArrivals();
    await stand.reconcile(id);
    expect(await states(id, straggler)).toEqual([state]);
    expect(await states(newer, straggler)).toEqual(['pending']);
  });

  it('leave out who is enrolled no more', async () => {
    const devices = await stand.devices(2);
    await stand.owner.prisma.device.update({ where: { id: devices[0]! }, data: { enrolmentId: null } });
    const id = await stand.aRollout({}, devices);
    await stand.reconcile(id);
    expect(await states(id, devices)).toEqual(['skipped(not-enrolled)', 'offered']);
  });

  it('hold a device that fails again and again, longer each time, until it succeeds', async () => {
    const devices = await stand.devices(1);
    const time = { attempts: { most: 9, backoffSeconds: 1 } };
    const id = await stand.aRollout({ time }, devices);
    const failOnce = async (): Promise<void> => {
      await stand.heard(devices);
      await stand.reconcile(id);
      await stand.move(id, 'failed', { cause: 'artifact-failed' });
      await stand.reconcile(id);
      stand.clock.pass(1_000);
    };
    for (let at = 0; at < 3; at += 1) await failOnce();
    await stand.heard(devices);
    await stand.reconcile(id);
    expect(await states(id, devices)).toEqual(['waiting(hold)']);
    stand.clock.pass(3_600 - 1_000);
    await failOnce();
    expect(await stand.owner.prisma.devicePenalty.findMany({ where: { deviceId: devices[0]! } })).toMatchObject([
      { failures: 4, until: new Date(stand.clock.now().getTime() + 7_200_000 - 1_000_000) },
    ]);
    stand.clock.pass(7_200);
    await stand.heard(devices);
    await stand.reconcile(id);
    await stand.move(id, 'succeeded');
    await stand.reconcile(id);
    expect(await stand.owner.prisma.devicePenalty.count({ where: { deviceId: devices[0]! } })).toBe(0);
    expect(await states(id, devices)).toEqual(['succeeded']);
  });

  it('wait for the window of each device in its own time zone, and give commands that end with it', async () => {
    const [tokyo, oslo, unknown] = await stand.devices(3);
    await stand.says(tokyo!, 'host', { timeZone: 'Asia/Tokyo' });
    await stand.says(oslo!, 'host', { timeZone: 'Europe/Oslo' });
    const window = { cron: '0 21 * * *', durationMinutes: 60, timeZone: 'device', fallbackTimeZone: 'UTC' };
    const at = (clock: string): Date => new Date(`${stand.clock.now().toISOString().slice(0, 11)}${clock}:00.000Z`);
    stand.clock.pass((at('12:00').getTime() + 86_400_000 - stand.clock.now().getTime()) / 1000);
    const devices = [tokyo!, oslo!, unknown!];
    await stand.heard(devices);
    const id = await stand.aRollout({ time: { window } }, devices);
    await stand.reconcile(id);
    expect(await states(id, devices)).toEqual(['offered', 'waiting(window)', 'waiting(window)']);
    const rows = new Map((await stand.targets(id)).map((row) => [row.deviceId, row]));
    expect(devices.slice(1).map((device) => rows.get(device)!.notBefore)).toEqual([at('20:00'), at('21:00')]);
    expect(rows.get(oslo!)!.message).toBe(`its window opens at ${at('20:00').toISOString()}`);
    const [command] = await stand.owner.prisma.command.findMany({ where: { rolloutId: id } });
    expect(command!.validUntil).toEqual(at('13:00'));
    stand.clock.pass(8 * 3_600);
    await stand.heard(devices);
    await stand.reconcile(id);
    expect(await states(id, devices)).toEqual(['offered', 'offered', 'waiting(window)']);
  });

  it('let only so many devices of a site download at once', async () => {
    const limits = { maxDownloadingPerSite: 1 };
    const devices = await stand.devices(3);
    const id = await stand.aRollout({ limits, sites: ['oslo'] }, devices);
    await stand.reconcile(id);
    expect(await offered(id)).toBe(1);
    const [command] = await stand.owner.prisma.command.findMany({ where: { rolloutId: id } });
    const change = (status: string) => ({
      ...{
        commandId: command!.id,
        enrolmentId: command!.enrolmentId,
        changeId: '1',
        spawnTimeNs: 1n,
        kind: 'k',
        summary: '',
      },
      ...{ status: 'Doing', ready: false, spawnTime: '', journalEpoch: 1, number: 1n, receivedAt: stand.clock.now() },
      tasks: [
        { kind: 'download-snap', status },
        { kind: 'link-snap', status: 'Do' },
      ],
    });
    await stand.owner.prisma.change.create({ data: change('Doing') });
    await stand.reconcile(id);
    expect(await offered(id)).toBe(1);
    await stand.owner.prisma.change.updateMany({
      where: { commandId: command!.id },
      data: { tasks: change('Done').tasks },
    });
    await stand.reconcile(id);
    expect(await offered(id)).toBe(2);
  });
});
