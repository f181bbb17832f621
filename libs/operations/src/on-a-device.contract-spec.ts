import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import { RequirementError } from './index';
import { prepared, TestDevice } from './testing/a-device';

const plug = { snap: 'hello', plug: 'camera' };
const slot = { snap: 'snapd', slot: 'camera' };

/** What is done first, the operation, and whether its change tells itself by its summary. */
type Case = [name: string, parameters: object, first?: [string, object][]];

/** A key that vouches for itself and for an account: the simulator looks only whether the signer's key is known. */
const KEY = `type: account-key
authority-id: acme
account-id: acme
public-key-sha3-384: k1
sign-key-sha3-384: k1

c2ln
`;
const ACCOUNT = `type: account
authority-id: acme
account-id: ada
sign-key-sha3-384: k1

c2ln
`;

const taken: Case[] = [
  ['install', { snaps: ['fresh'] }],
  ['refresh', { snaps: ['hello'], channel: 'edge' }],
  ['refresh', { snaps: ['hello'], revision: '2' }],
  ['revert', { snap: 'hello', revision: '1' }, [['refresh', { snaps: ['hello'], revision: '2' }]]],
  ['disable', { snap: 'other' }],
  ['enable', { snap: 'other' }, [['disable', { snap: 'other' }]]],
  ['switch', { snap: 'hello', channel: 'edge' }],
  ['hold', { snaps: ['hello'], time: 'forever', 'hold-level': 'general' }],
  ['hold', { time: '2027-01-01T00:00:00Z', 'hold-level': 'auto-refresh' }],
  ['unhold', { snaps: ['hello'] }, [['hold', { snaps: ['hello'], time: 'forever', 'hold-level': 'general' }]]],
  ['set-configuration', { snap: 'hello', values: { port: 80, 'log.level': 'debug' } }],
  ['set-configuration', { snap: 'system', values: { 'refresh.timer': 'mon,10:00' } }],
  ['service-control', { action: 'stop', names: ['hello'], disable: true }],
  ['connect', { plug, slot }],
  ['disconnect', { plug, slot }, [['connect', { plug, slot }]]],
  ['ensure-quota', { 'group-name': 'small', constraints: { memory: 64 * 1024 * 1024 }, snaps: ['hello'] }],
  [
    'remove-quota',
    { 'group-name': 'small' },
    [['ensure-quota', { 'group-name': 'small', constraints: { memory: 64 * 1024 * 1024 } }]],
  ],
  ['save-snapshot', { snaps: ['hello'] }],
  ['enforce-validation-set', { 'validation-set': 'acme/base=1' }],
  ['enforce-validation-set', { 'validation-set': 'acme/pinned=1', refresh: true }],
  [
    'enforce-validation-set',
    { 'validation-set': 'acme/pinned=2', refresh: true },
    [['enforce-validation-set', { 'validation-set': 'acme/pinned=1', refresh: true }]],
  ],
  ['monitor-validation-set', { 'validation-set': 'acme/base' }],
  [
    'forget-validation-set',
    { 'validation-set': 'acme/base' },
    [['enforce-validation-set', { 'validation-set': 'acme/base=1' }]],
  ],
  ['create-recovery-system', { label: 'second' }],
];

describe('on a device, what an operation did', () => {
  it.each(taken)('%s %j is verified, told by its change, and taken back', async (name, parameters, first = []) => {
    const device = new TestDevice();
    for (const [earlier, of] of first)
      expect(await device.run(earlier, of)).toMatchObject({ verdict: { kind: 'verified' } });
    const before = await device.state();
    const facts = await device.factsBut(prepared(name, parameters).touches);
    const { operation, change, verdict, undo } = await device.run(name, parameters);
    expect(verdict).toMatchObject({ kind: 'verified' });
    if (change) expect(operation.matches(change)).toBe(true);
    expect(await device.state()).not.toEqual(before);
    expect(await device.factsBut(operation.touches)).toEqual(facts);
    expect(undo).not.toEqual([]);
    for (const step of undo)
      expect(await device.run(step.operation, step.parameters)).toMatchObject({ verdict: { kind: 'verified' } });
    expect(await device.state()).toEqual(before);
  });
});

/** A device with a sideloaded snap that has apps, and the files it came from. */
async function aSideloaded() {
  const device = new TestDevice();
  const first = device.upload('lab-hello_1.snap', Buffer.from(recordedSnap('lab-hello_1.snap')));
  const second = device.upload('lab-hello_2.snap', Buffer.from(recordedSnap('lab-hello_2.snap')));
  const run = await device.run('sideload', { files: [first] });
  return { device, run, second };
}

/** Runs what takes an operation back. */
async function takeBack(device: TestDevice, undo: readonly { operation: string; parameters: object }[]): Promise<void> {
  expect(undo).not.toEqual([]);
  for (const { operation, parameters } of undo)
    expect(await device.run(operation, parameters)).toMatchObject({ verdict: { kind: 'verified' } });
}

describe('files of the server', () => {
  it('are installed as local revisions, and taken back: removed when new, reverted when not', async () => {
    const { device, run, second } = await aSideloaded();
    expect(run.verdict).toMatchObject({ kind: 'verified', result: [{ name: 'lab-hello', revision: 'x1' }] });
    expect(run.operation.matches(run.change!)).toBe(true);
    const again = await device.run('sideload', { files: [second] });
    expect(again.verdict).toMatchObject({ kind: 'verified', result: [{ revision: 'x2' }] });
    await takeBack(device, again.undo);
    expect(await device.client.snaps.get('lab-hello')).toMatchObject({ revision: 'x1' });
    await takeBack(device, run.undo);
    expect((await device.client.snaps.list()).map(({ name }) => name)).not.toContain('lab-hello');
  });

  it('bring a component to a snap that is there, told by the change', async () => {
    const device = new TestDevice();
    const parts = device.upload('lab-parts_1.snap', Buffer.from(recordedSnap('lab-parts_1.snap')));
    await device.run('sideload', { files: [parts] });
    const file = device.upload('lab-parts+extra_1.comp', Buffer.from(recordedSnap('lab-parts+extra_1.snap')));
    const { operation, change } = await device.run('sideload', { files: [file] });
    expect(operation.matches(change!)).toBe(true);
  });

  it('are what reads of files become, and what a snapshot is imported from', async () => {
    const device = new TestDevice();
    await device.run('save-snapshot', { snaps: ['hello'] });
    const { verdict } = await device.run('read-snapshot-export', { id: 1 });
    expect(verdict).toMatchObject({ kind: 'verified', result: { name: expect.any(String), size: expect.any(Number) } });
    const imported = await device.run('import-snapshot', { file: verdict.result as object });
    expect(imported.verdict).toMatchObject({ kind: 'verified', result: { 'set-id': 2, snaps: ['hello'] } });
    await takeBack(device, imported.undo);
    expect((await device.client.snapshots.list()).map(({ id }) => id)).toEqual([1]);
  });
});

it('sets an alias up and takes it away, each the other taken back', async () => {
  const { device } = await aSideloaded();
  const { undo, operation, change, verdict } = await device.run('alias', {
    snap: 'lab-hello',
    app: 'hello',
    alias: 'hi',
  });
  expect(verdict).toMatchObject({ kind: 'verified' });
  expect(operation.matches(change!)).toBe(true);
  const away = await device.run('unalias', { alias: 'hi' });
  expect(away.operation.matches(away.change!)).toBe(true);
  await takeBack(device, away.undo);
  await takeBack(device, undo);
  expect(await device.client.aliases.list()).toEqual({});
  const preferred = await device.run('prefer-aliases', { snap: 'lab-hello' });
  expect(preferred.operation.matches(preferred.change!)).toBe(true);
});

describe('what nothing takes back', () => {
  it.each<Case>([
    ['remove', { snaps: ['other'], purge: true }],
    ['check-snapshot', { set: 1 }, [['save-snapshot', { snaps: ['hello'] }]]],
    ['restore-snapshot', { set: 1, snaps: ['hello'] }, [['save-snapshot', {}]]],
    ['restore-snapshot', { snaps: ['hello'] }, [['save-snapshot', {}]]],
    ['forget-snapshot', { set: 1 }, [['save-snapshot', {}]]],
    ['forget-snapshot', { set: 9 }],
    ['remove-recovery-system', { label: 'second' }, [['create-recovery-system', { label: 'second' }]]],
    ['create-cohorts', { snaps: ['hello'] }],
    ['ensure-state-soon', {}],
    ['acknowledge-warnings', { timestamp: '2026-01-01T00:00:00Z' }],
    ['add-assertions', { assertions: `${KEY}\n${ACCOUNT}` }],
  ])('%s %j is verified', async (name, parameters, first = []) => {
    const device = new TestDevice();
    for (const [earlier, of] of first) await device.run(earlier, of);
    const { verdict, operation, change, undo } = await device.run(name, parameters);
    expect(verdict).toMatchObject({ kind: 'verified' });
    if (change) expect(operation.matches(change)).toBe(true);
    expect(undo).toEqual([]);
  });
});

describe('restoring without naming a set', () => {
  it('takes the newest that was saved of all the snaps, past what others saved since', async () => {
    const device = new TestDevice();
    for (const snaps of [['hello'], ['hello', 'other'], ['hello']]) await device.run('save-snapshot', { snaps });
    await device.run('remove', { snaps: ['hello', 'other'] });
    await device.run('install', { snaps: ['hello', 'other'] });
    const { verdict, operation, change } = await device.run('restore-snapshot', { snaps: ['hello', 'other'] });
    expect(verdict).toMatchObject({ kind: 'verified', result: { 'set-id': 2 } });
    expect(operation.matches(change!)).toBe(true);
  });

  it('is refused where nothing was saved', async () => {
    const device = new TestDevice();
    await device.run('save-snapshot', { snaps: ['other'] });
    const refused = device.run('restore-snapshot', { snaps: ['hello'] });
    await expect(refused).rejects.toThrow('there is no saved snapshot of "hello"');
    expect(await device.client.changes.list({ select: 'all' })).toHaveLength(1);
  });
});

describe('a device that is not made for it', () => {
  it.each<[string, object, ConstructorParameters<typeof TestDevice>[0], string]>([
    ['create-recovery-system', { label: 'a' }, { version: '2.61' }, 'with snapd 2.61: it takes snapd 2.62 or newer'],
    [
      'remodel',
      { 'new-model': 'type: model\nauthority-id: a\n\nc2ln\n' },
      { serial: undefined },
      'no serial assertion yet',
    ],
    ['factory-reset', {}, { systems: [] }, 'this device has no recovery systems'],
    [
      'create-users',
      { known: true },
      { machine: { 'on-classic': true } },
      'system user administration via snapd is not allowed on this system',
    ],
  ])('is not asked to %s', async (name, parameters, options, words) => {
    const device = new TestDevice(options);
    const refused = device.run(name, parameters);
    await expect(refused).rejects.toThrow(RequirementError);
    await expect(refused).rejects.toThrow(words);
    expect(await device.client.changes.list({ select: 'all' })).toEqual([]);
  });
});
