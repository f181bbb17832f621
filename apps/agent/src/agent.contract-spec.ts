import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Host } from '@corefleet/contracts/device-protocol';
import { SimulatedStore } from '@corefleet/snapd-simulator';
import { memoryJournalStore, type JournalStore } from './journal/journal-store';
import { aSnapd, Fixture } from './testing/fixture';
import { anEnvelope } from './testing/signer';
import type { TestGateway } from './testing/test-gateway';

let fixture: Fixture;
let gateway: TestGateway;

beforeEach(async () => {
  fixture = await Fixture.start();
  gateway = fixture.gateway;
});

afterEach(() => fixture.close());

const start: Fixture['startAgent'] = (...of) => fixture.startAgent(...of);
const issue: Fixture['issue'] = (...of) => fixture.issue(...of);

describe('an agent beside a simulated snapd', () => {
  it('greets, pulls, runs a read and reports its result', async () => {
    start(aSnapd());
    const id = issue('read-configuration', { name: 'system' });
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded', result: {} });
    expect(gateway.frames[0]).toMatchObject({
      type: 'hello',
      protocols: [1],
      lastSequence: 0,
      snapdState: 'reachable',
    });
  });

  it('follows a change to its verified end and reports its snapshots under the command', async () => {
    start(aSnapd({ taskMs: 5 }));
    const id = issue('refresh', { snaps: ['app'], channel: 'edge' });
    const end = await gateway.end(id);
    expect(end).toMatchObject({ state: 'succeeded', result: [{ name: 'app', revision: '2' }] });
    expect(end.changeIds).toHaveLength(1);
    const snapshots = await gateway.until(() => {
      const found = gateway.reports.flatMap((item) =>
        item.kind === 'change' && item.body.commandId === id ? [item.body] : [],
      );
      return found.some(({ change }) => change.ready) && found;
    });
    expect(snapshots.at(-1)?.change).toMatchObject({ kind: 'refresh-snap', status: 'Done', ready: true });
    expect(snapshots.length).toBeGreaterThan(1);
  });

  it.each([
    ['set-configuration', { snap: 'system', values: { 'refresh.retain': 3 } }, { 'refresh.retain': 3 }],
    ['hold', { snaps: ['app'], time: 'forever', 'hold-level': 'general' }, [{ name: 'app' }]],
    ['hold', { time: '2199-01-01T00:00:00Z', 'hold-level': 'auto-refresh' }, {}],
    ['unhold', { snaps: ['app'] }, [{ name: 'app' }]],
    ['unhold', {}, {}],
    ['refresh', {}, [{ name: 'app' }, { name: 'other' }]],
    ['refresh', { snaps: ['app'], revision: '2' }, [{ name: 'app', revision: '2' }]],
    ['refresh', { snaps: ['app', 'other'], transaction: 'all-snaps' }, [{ name: 'app' }, { name: 'other' }]],
    ['refresh', { 'validation-sets': ['acme/base=2'] }, [{ 'pinned-at': 2, valid: true }]],
    ['enforce-validation-set', { 'validation-set': 'acme/base=1' }, [{ 'pinned-at': 1, mode: 'enforce' }]],
    ['enforce-validation-set', { 'validation-set': 'acme/base=2', refresh: true }, [{ 'pinned-at': 2, valid: true }]],
    ['monitor-validation-set', { 'validation-set': 'acme/base' }, [{ mode: 'monitor' }]],
    ['forget-validation-set', { 'validation-set': 'acme/base' }, []],
    ['disable', { snap: 'app' }, { status: 'installed' }],
    ['create-recovery-system', { label: 'fresh' }, [{ label: 'factory' }, { label: 'fresh' }]],
    ['create-recovery-system', { label: 'fresh', 'mark-default': true }, [{}, { label: 'fresh', default: true }]],
  ])('verifies %s %j', async (operation, body, result) => {
    start(aSnapd());
    expect(await gateway.end(issue(operation, body))).toMatchObject({ state: 'succeeded', result });
  });

  it('takes what is handed over under its standing pull in its order, however slow its journal is', async () => {
    const journal = memoryJournalStore();
    const append: JournalStore['append'] = async (records) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await journal.append(records);
    };
    start(aSnapd(), { ...journal, append });
    await gateway.until(() => gateway.frames.some(({ type }) => type === 'pull'));
    const commands = [1, 2, 3, 4, 5].map((sequence) => {
      const body = { snap: 'app', values: { [`key-${sequence}`]: 1 } };
      const envelope = anEnvelope({ 'message-kind': 'set-configuration', body, sequence });
      return { id: envelope['message-id'], signed: fixture.signer.command(envelope) };
    });
    const signed = commands.map((command) => command.signed);
    gateway.send({ type: 'commands', commands: signed.slice(0, 3), more: false });
    gateway.send({ type: 'commands', commands: signed.slice(3), more: false });
    for (const { id } of commands) expect(await gateway.end(id)).toMatchObject({ state: 'succeeded' });
  });

  it('tells the time zone and the disk of its device once', async () => {
    start(aSnapd());
    const told = (): unknown[] =>
      gateway.reports.flatMap(({ kind, body }) => (kind === 'fact' && body.name === 'host' ? [body] : []));
    await gateway.until(() => told().length > 0);
    expect(await gateway.end(issue('disable', { snap: 'app' }))).toMatchObject({ state: 'succeeded' });
    expect(told()).toMatchObject([{ value: { timeZone: 'Asia/Kathmandu', disk: { free: 3_000, total: 4_000 } } }]);
  });

  it('tells a fact whole once, then what changed of it, and to a server that has it nothing after a restart', async () => {
    const store = new SimulatedStore();
    const names = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff'];
    for (const name of names) store.addSnap({ name, revisions: [{ revision: 1 }], channels: { stable: 1, edge: 1 } });
    const snapd = aSnapd({ store, snaps: names.map((name) => ({ name })) });
    const journal = memoryJournalStore();
    const told = () =>
      gateway.reports.flatMap(({ kind, body }) =>
        kind.startsWith('fact') && 'name' in body ? [`${kind} ${body.name}`] : [],
      );
    start(snapd, journal);
    await gateway.until(() => gateway.facts.has('host') && gateway.facts.has('snaps'));
    expect(told().filter((one) => one.endsWith(' snaps'))).toEqual(['fact snaps']);
    await fixture.stopAgents();
    gateway.reports.splice(0);
    const host = gateway.facts.get('host')?.value as Host;
    // The host is read last, when the agent has seen all that the server has.
    await new Promise<void>((read) => start(snapd, journal, { readHost: () => (read(), Promise.resolve(host)) }));
    const hold = { snaps: ['cc'], time: 'forever', 'hold-level': 'general' };
    expect(await gateway.end(issue('hold', hold))).toMatchObject({ state: 'succeeded' });
    await gateway.until(() => told().length > 0);
    await gateway.end(issue('read-configuration', { name: 'system' }));
    expect(told()).toEqual(['fact-difference snaps']);
    expect(gateway.facts.get('snaps')?.value).toMatchObject(
      names.map((name) => (name === 'cc' ? { name, hold: expect.any(String) as string } : { name })),
    );
  });

  it('installs, reverts, and controls the services of snaps', async () => {
    start(aSnapd(), memoryJournalStore(), { policy: { deniedOperations: [], deniedRisks: [] } });
    expect(await gateway.end(issue('refresh', { snaps: ['app'], channel: 'edge' }))).toMatchObject({
      state: 'succeeded',
      undo: [
        { operation: 'revert', parameters: { snap: 'app', revision: '1' } },
        { operation: 'switch', parameters: { snap: 'app', channel: 'latest/stable' } },
      ],
    });
    expect(await gateway.end(issue('revert', { snap: 'app' }))).toMatchObject({
      state: 'succeeded',
      result: { revision: '1', was: '2' },
    });
    expect(await gateway.end(issue('remove', { snaps: ['other'] }))).toMatchObject({ state: 'succeeded', result: [] });
    expect(await gateway.end(issue('remove', { snaps: ['other'] }))).toMatchObject({ state: 'succeeded' });
    expect(await gateway.end(issue('install', { snaps: ['other'] }))).toMatchObject({
      state: 'succeeded',
      result: [{ revision: '5' }],
    });
    expect(await gateway.end(issue('install', { snaps: ['other'] }))).toMatchObject({
      state: 'succeeded',
      changeIds: [],
    });
    expect(await gateway.end(issue('disable', { snap: 'app' }))).toMatchObject({ state: 'succeeded' });
    expect(await gateway.end(issue('enable', { snap: 'app' }))).toMatchObject({ state: 'succeeded' });
    for (const action of ['stop', 'start', 'restart'])
      expect(await gateway.end(issue('service-control', { action, names: ['app.daemon'] }))).toMatchObject({
        state: 'succeeded',
      });
    expect(await gateway.end(issue('create-recovery-system', { label: 'fresh' }))).toMatchObject({
      state: 'succeeded',
    });
    expect(await gateway.end(issue('remove-recovery-system', { label: 'fresh' }))).toMatchObject({
      state: 'succeeded',
    });
    expect(await gateway.end(issue('remove-recovery-system', { label: 'factory' }))).toMatchObject({
      state: 'failed',
      cause: 'change-error',
      message: expect.stringContaining('cannot remove current recovery system') as string,
    });
  });

  it('outlives the two boots of a tested recovery system', async () => {
    const snapd = aSnapd({ taskMs: 2, rebootMs: 20 });
    const before = snapd.bootId();
    start(snapd);
    const id = issue('create-recovery-system', { label: 'tested', 'test-system': true, 'mark-default': true });
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded' });
    expect(snapd.bootId()).not.toBe(before);
  });

  it('restarts the device and tells it by its boot id', async () => {
    const snapd = aSnapd({ rebootMs: 20 });
    const was = snapd.bootId();
    start(snapd);
    const end = await gateway.end(issue('reboot', {}));
    expect(end).toMatchObject({ state: 'succeeded', result: { was, bootId: snapd.bootId() } });
  });

  it('carries a refusal of snapd through word for word', async () => {
    start(aSnapd());
    const id = issue('enforce-validation-set', { 'validation-set': 'acme/base=2' });
    expect(await gateway.end(id)).toMatchObject({
      state: 'failed',
      cause: 'snapd-refused',
      message: expect.stringContaining('validation sets assertions are not met') as string,
    });
  });

  it('aborts a slow change while its command runs', async () => {
    start(aSnapd({ taskMs: 200 }));
    const slow = issue('refresh', { snaps: ['app'], channel: 'edge' });
    const running = await gateway.until(() => gateway.commandReports(slow).find(({ state }) => state === 'running'));
    const abort = issue('abort-change', { change: running.changeIds[0] });
    expect(await gateway.end(abort)).toMatchObject({ state: 'succeeded' });
    expect(await gateway.end(slow)).toMatchObject({
      state: 'failed',
      cause: 'change-aborted',
      changeIds: running.changeIds,
    });
  });

  it('waits while snapd is busy and then does what was ordered', async () => {
    start(aSnapd({ taskMs: 5 }));
    const first = issue('refresh', { snaps: ['app'], channel: 'edge' });
    const second = issue('disable', { snap: 'app' });
    expect(await gateway.end(first)).toMatchObject({ state: 'succeeded' });
    expect(await gateway.end(second)).toMatchObject({ state: 'succeeded' });
  });

  it('says of a reset after which it still has its journal that it erased nothing', async () => {
    const snapd = aSnapd({ rebootMs: 20 });
    fixture.startAgent(snapd, memoryJournalStore(), { policy: { deniedOperations: [], deniedRisks: [] } });
    expect(await gateway.end(issue('factory-reset', {}))).toMatchObject({
      state: 'failed',
      cause: 'not-verified',
      message: 'the device has restarted and still has its data',
    });
  });

  it('refuses what its local policy denies', async () => {
    start(aSnapd());
    expect(await gateway.end(issue('remove', { snaps: ['app'] }))).toMatchObject({
      state: 'rejected',
      cause: 'policy',
    });
  });

  it('goes on after it was stopped in the middle of a change', async () => {
    const snapd = aSnapd({ taskMs: 30 });
    const journal = memoryJournalStore();
    start(snapd, journal);
    const id = issue('refresh', { snaps: ['app'], channel: 'edge' });
    const running = await gateway.until(() => gateway.commandReports(id).find(({ state }) => state === 'running'));
    await fixture.stopAgents();
    start(snapd, journal);
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded', changeIds: running.changeIds });
  });

  it('says an end again until it is acknowledged, also after a restart', async () => {
    const snapd = aSnapd();
    const journal = memoryJournalStore();
    gateway.acknowledges = false;
    start(snapd, journal);
    const id = issue('read-configuration', { name: 'system' });
    await gateway.end(id);
    await fixture.stopAgents();
    const seen = gateway.commandReports(id).length;
    gateway.acknowledges = true;
    start(snapd, journal);
    await gateway.until(() => gateway.commandReports(id).length > seen);
    expect(gateway.lastReport(id)).toMatchObject({ state: 'succeeded' });
  });

  it('comes back after its link was cut', async () => {
    start(aSnapd());
    await gateway.until(() => gateway.frames.some(({ type }) => type === 'pull'));
    gateway.cut();
    const id = issue('read-configuration', { name: 'system' });
    expect(await gateway.end(id)).toMatchObject({ state: 'succeeded' });
    expect(gateway.frames.filter(({ type }) => type === 'hello')).toHaveLength(2);
  });

  it('does not touch snapd when a file has come past the deadline', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'corefleet-agent-'));
    try {
      const snapd = aSnapd();
      start(snapd, memoryJournalStore(), { artifactsDirectory: directory });
      const file = gateway.artifacts.offer(Buffer.from('a snap that takes its time'));
      gateway.artifacts.delayMs = 1500;
      expect(await gateway.end(issue('sideload', { files: [file] }, { 'deadline-seconds': 1 }))).toMatchObject({
        state: 'failed',
        cause: 'too-late',
        changeIds: [],
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('does not touch snapd for a file that does not fit on the disk, and says so', async () => {
    const snapd = aSnapd();
    const directory = await mkdtemp(path.join(tmpdir(), 'corefleet-agent-'));
    try {
      start(snapd, memoryJournalStore(), { artifactsDirectory: directory });
      const file = { sha256: '0'.repeat(64), size: Number.MAX_SAFE_INTEGER, name: 'huge_1.snap' };
      expect(await gateway.end(issue('sideload', { files: [file] }))).toMatchObject({
        state: 'failed',
        cause: 'disk-full',
        message: expect.stringContaining('cannot fetch "huge_1.snap": the disk of the device is full'),
        changeIds: [],
      });
      await fixture.stopAgents();
      expect(await readdir(directory)).toEqual([]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('does not touch snapd when its journal cannot be written, and says so', async () => {
    const journal = memoryJournalStore();
    const snapd = aSnapd();
    start(snapd, journal);
    await gateway.until(() => gateway.frames.some(({ type }) => type === 'pull'));
    const full = (): Promise<void> => Promise.reject(new Error('ENOSPC'));
    journal.append = full;
    journal.rewrite = full;
    const id = issue('set-configuration', { snap: 'system', values: { 'refresh.retain': 3 } });
    expect(await gateway.end(id)).toMatchObject({ state: 'failed', cause: 'journal-not-writable' });
    journal.append = () => Promise.resolve();
    journal.rewrite = () => Promise.resolve();
    expect(await gateway.end(issue('read-configuration', { name: 'system' }))).toMatchObject({ result: {} });
  });
});
