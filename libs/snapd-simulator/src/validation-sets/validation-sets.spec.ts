import type { ValidationSetSnap } from '../snaps/store';
import { aDevice, type TestDevice } from '../testing/a-device';

/** A device on whose store `acme/base` has one assertion per list of snaps, and other sets one each. */
function aDeviceWith(base: ValidationSetSnap[][], others: Record<string, ValidationSetSnap[]> = {}): TestDevice {
  const device = aDevice();
  base.forEach((snaps, at) => {
    device.store.addValidationSet({ accountId: 'acme', name: 'base', sequence: at + 1, snaps });
  });
  for (const [name, snaps] of Object.entries(others)) {
    device.store.addValidationSet({ accountId: 'acme', name, sequence: 1, snaps });
  }
  return device;
}

const apply = async (device: TestDevice, name: string, json: object): Promise<unknown> =>
  (await device.post(`/v2/validation-sets/acme/${name}`, { action: 'apply', ...json })).body.result;

const HELLO_1 = [{ name: 'hello', revision: 1 }];
const HELLO_2 = [{ name: 'hello', revision: 2 }];

describe('validation sets', () => {
  it('enforces what is met and pins it at a given sequence (§10.36)', async () => {
    const device = aDeviceWith([HELLO_1]);
    const shown = { 'account-id': 'acme', name: 'base', 'pinned-at': 1, mode: 'enforce', sequence: 1, valid: true };
    expect(await apply(device, 'base', { mode: 'enforce', sequence: 1 })).toEqual(shown);
    expect(await device.read('/v2/validation-sets')).toEqual([shown]);
  });

  it('refuses what is unmet and changes nothing (§10.36)', async () => {
    const device = aDeviceWith([[{ name: 'x', id: 'x'.repeat(32) }]]);
    expect(await apply(device, 'base', { mode: 'enforce' })).toEqual({
      message:
        'cannot enforce validation set: validation sets assertions are not met:\n' +
        '- missing required snaps:\n  - x (required at any revision by sets acme/base)',
    });
    expect(await device.read('/v2/validation-sets')).toEqual([]);
  });

  it('refuses a conflict with what is enforced, but not with what is monitored (§10.37)', async () => {
    const device = aDeviceWith([HELLO_1], { foe: [{ name: 'hello', presence: 'invalid' }] });
    await apply(device, 'foe', { mode: 'monitor' });
    await apply(device, 'base', { mode: 'enforce' });
    expect(await apply(device, 'foe', { mode: 'enforce' })).toEqual({
      message:
        'cannot enforce validation set: validation sets are in conflict:\n' +
        '- cannot constrain snap "hello" as both invalid (acme/foe) and required at revision 1 (acme/base)',
    });
  });

  it('drops the pin but stays on the known sequence when enforced again without one (§6.1)', async () => {
    const device = aDeviceWith([HELLO_1]);
    await apply(device, 'base', { mode: 'enforce', sequence: 1 });
    device.store.addValidationSet({ accountId: 'acme', name: 'base', sequence: 2, snaps: HELLO_2 });
    const again = await apply(device, 'base', { mode: 'enforce' });
    expect(again).toEqual({ 'account-id': 'acme', name: 'base', mode: 'enforce', sequence: 1, valid: true });
  });

  it('monitors whatever the snaps are, and shows whether they fit', async () => {
    const device = aDeviceWith([HELLO_2]);
    expect(await apply(device, 'base', { mode: 'monitor' })).toMatchObject({ mode: 'monitor', valid: false });
  });

  it('shows an untracked set of the store as a dry run, without mode', async () => {
    const device = aDeviceWith([HELLO_1, HELLO_2]);
    expect(await device.read('/v2/validation-sets/acme/base?sequence=1')).toEqual({
      'account-id': 'acme',
      name: 'base',
      sequence: 1,
      valid: true,
    });
    expect(await device.read('/v2/validation-sets/acme/nope')).toEqual({
      message: 'validation set not found',
      kind: 'validation-set-not-found',
      value: { 'account-id': 'acme', name: 'nope' },
    });
  });

  it('forgets a tracked set once', async () => {
    const device = aDeviceWith([HELLO_1]);
    await apply(device, 'base', { mode: 'enforce' });
    const forget = async (): Promise<number> =>
      (await device.post('/v2/validation-sets/acme/base', { action: 'forget' })).status;
    expect([await forget(), await forget()]).toEqual([200, 404]);
  });

  it('refreshes to what the sets require and ends with enforcing them (§10.38)', async () => {
    const device = aDeviceWith([HELLO_2], { more: [{ name: 'fresh', revision: 1 }] });
    const change = await device.run('/v2/snaps', {
      action: 'refresh',
      'validation-sets': ['acme/base=1', 'acme/more'],
    });
    expect(change).toMatchObject({
      kind: 'refresh-snap',
      summary: 'Enforce validation sets "acme/base=1", "acme/more" for snaps "fresh", "hello"',
      status: 'Done',
    });
    const enforce = change.tasks?.find((task) => task.kind === 'enforce-validation-sets');
    expect(enforce).toMatchObject({ status: 'Done' });
    expect(await device.revisions()).toMatchObject({ hello: '2', fresh: '1' });
    expect(await device.read('/v2/validation-sets')).toMatchObject([
      { name: 'base', mode: 'enforce', 'pinned-at': 1, valid: true },
      { name: 'more', mode: 'enforce', valid: true },
    ]);
  });

  it('is done at once when the sets are met already', async () => {
    const change = await aDeviceWith([HELLO_1]).run('/v2/snaps', {
      action: 'refresh',
      'validation-sets': ['acme/base'],
    });
    expect(change).toMatchObject({ summary: 'Enforce validation sets "acme/base"', status: 'Done' });
    expect(change).not.toHaveProperty('tasks');
  });

  it('undoes every snap and enforces nothing when one snap fails', async () => {
    const device = aDeviceWith([[...HELLO_2, { name: 'fresh', revision: 1 }]]);
    device.snapd.failTask('run-hook:configure', 'hello');
    const change = await device.run('/v2/snaps', { action: 'refresh', 'validation-sets': ['acme/base'] });
    expect(change).toMatchObject({ status: 'Error' });
    expect(await device.revisions()).toMatchObject({ hello: '1' });
    expect(await device.revisions()).not.toHaveProperty('fresh');
    expect(await device.read('/v2/validation-sets')).toEqual([]);
  });

  it.each([
    ['snaps', [{ name: 'hello', presence: 'invalid' as const }], '"hello"'],
    ['components', [{ name: 'media', components: { codecs: { presence: 'invalid' as const } } }], '"media+codecs"'],
  ])('refuses to resolve by removing %s (§10.38)', async (what, snaps, names) => {
    const device = aDeviceWith([snaps]);
    device.store.addSnap({
      name: 'media',
      revisions: [{ revision: 1, components: { codecs: 10 } }],
      channels: { stable: 1 },
    });
    await device.run('/v2/snaps/media', { action: 'install', components: ['codecs'] });
    const { status, body } = await device.post('/v2/snaps', { action: 'refresh', 'validation-sets': ['acme/base'] });
    expect({ status, result: body.result }).toEqual({
      status: 400,
      result: {
        message: `cannot refresh: cannot auto-resolve validation set constraints that require removing ${what}: ${names}`,
      },
    });
  });

  it.each([
    [
      'hello',
      { action: 'refresh', revision: 2 },
      'cannot refresh "hello": cannot update snap "hello" to revision 2 without --ignore-validation, ' +
        'revision 1 is required by validation sets: 16/acme/base/1',
    ],
    [
      'hello',
      { action: 'remove' },
      'cannot remove "hello": snap "hello" is not removable: ' +
        'snap "hello" at revision 1 is required by validation sets: 16/acme/base/1',
    ],
    [
      'fresh',
      { action: 'install' },
      'cannot install "fresh": cannot install snap "fresh" due to enforcing rules of validation set 16/acme/base/1',
    ],
  ])('keeps %s within the enforced sets against %j', async (name, json, message) => {
    const device = aDeviceWith([[...HELLO_1, { name: 'fresh', presence: 'invalid' }]]);
    await apply(device, 'base', { mode: 'enforce' });
    expect((await device.post(`/v2/snaps/${name}`, json)).body.result).toEqual({ message });
  });

  it('takes a newer sequence of an unpinned set when all snaps are refreshed', async () => {
    const device = aDeviceWith([HELLO_1]);
    await apply(device, 'base', { mode: 'enforce' });
    device.store.addValidationSet({ accountId: 'acme', name: 'base', sequence: 2, snaps: HELLO_2 });
    await device.run('/v2/snaps', { action: 'refresh' });
    expect(await device.read('/v2/validation-sets')).toMatchObject([{ sequence: 2, valid: true }]);
    expect((await device.revisions()).hello).toBe('2');
  });
});
