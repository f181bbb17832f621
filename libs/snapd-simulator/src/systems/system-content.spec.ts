import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import type { SimulatedSnapdOptions } from '../options';
import { A_MODEL, aDevice, aStore, type Answer, type TestDevice } from '../testing/a-device';
import { multipart } from '../testing/multipart';
import { vouchFor } from '../testing/vouch-for';

const withSnap = (name: string): string =>
  A_MODEL.replace('timestamp:', `  -\n    name: ${name}\n    type: app\ntimestamp:`);
const withSet = (name: string): string =>
  A_MODEL.replace(
    'timestamp:',
    `validation-sets:\n  -\n    account-id: acme\n    mode: enforce\n    name: ${name}\ntimestamp:`,
  );

/** A device whose store has the sets `acme/a` to `acme/c`, each about one snap. */
function aDeviceWithSets(options: Partial<SimulatedSnapdOptions> = {}): TestDevice {
  const store = aStore();
  const add = (name: string, sequence: number, snap: object): void =>
    store.addValidationSet({ accountId: 'acme', name, sequence, snaps: [{ name: 'pc-kernel', ...snap }] });
  add('a', 1, { revision: 1 });
  add('a', 2, { revision: 2 });
  add('b', 1, { presence: 'invalid' as const });
  store.addValidationSet({ accountId: 'acme', name: 'c', sequence: 1, snaps: [{ name: 'hello' }] });
  return aDevice({ store, ...options });
}

const create = (device: TestDevice, ...sets: string[]): Promise<Answer> =>
  device.post('/v2/systems', { action: 'create', label: 'new', 'validation-sets': sets });

const byForm = (device: TestDevice, fields: [string, string][], files: [string, Buffer][] = []): Promise<Answer> => {
  const parts = files.map(([name, bytes]) => ['snap', name, bytes] as const);
  const form = multipart([['action', 'create'], ['label', 'new'], ...fields], parts);
  return device.send({ method: 'POST', path: '/v2/systems', ...form });
};

const aSet = (sequence: number): string => `type: validation-set
authority-id: acme
series: 16
account-id: acme
name: d
sequence: ${sequence}
snaps:
  -
    name: pc-kernel
    presence: required
    revision: ${sequence}
timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: k

c2ln
`;

describe('what a new recovery system is made from (§5.4)', () => {
  it('lets the sequence of a model set that is followed win over the one asked for', async () => {
    const followed = { accountId: 'acme', name: 'a', mode: 'enforce' as const, sequence: 1 };
    const device = aDeviceWithSets({ model: withSet('a'), validationSets: [followed] });
    const { body } = await create(device, 'acme/a=2');
    expect((await device.change(body.change)).tasks).toHaveLength(1);
  });

  it.each([
    [
      'a set that calls a snap of the model invalid',
      'acme/b',
      'snap presence is marked invalid by validation set: pc-kernel',
    ],
    ['a set that requires a snap the model does not have', 'acme/c', 'missing required snap in model: hello'],
  ])('refuses %s', async (_what, set, why) => {
    const { status, body } = await create(aDeviceWithSets(), set);
    expect([status, body.result]).toEqual([500, { message: `cannot create recovery system "new": ${why}` }]);
  });

  it('refuses a model whose snap is not there, unless a form brings it with its assertion', async () => {
    const device = aDeviceWithSets({ model: withSnap('lab-noop') });
    expect((await create(device)).body.result).toEqual({
      message: 'cannot create recovery system "new": missing required snap in model: lab-noop',
    });
    const file = recordedSnap('lab-noop_1.snap');
    expect((await byForm(device, [], [['lab-noop_1.snap', file]])).body.result).toEqual({
      message: `cannot create recovery system 'n': missing required snap in model: lab-noop`,
    });
    const { status, body } = await byForm(device, [['assertion', vouchFor(file, 7)]], [['lab-noop_1.snap', file]]);
    expect(status).toBe(202);
    expect(await device.change(body.change)).toMatchObject({ status: 'Done' });
  });

  it('takes the sets of a form from the assertions in it, and asks no store', async () => {
    const device = aDeviceWithSets();
    device.store.unreachable = true;
    expect((await byForm(device, [['validation-sets', 'acme/d']])).body.result).toEqual({
      message: 'cannot find validation sets in db: validation-set assertion not found',
    });
    const fields: [string, string][] = [
      ['validation-sets', 'acme/d'],
      ['assertion', aSet(1)],
    ];
    expect((await byForm(device, fields)).status).toBe(202);
    expect(
      (
        await byForm(device, [
          ['validation-sets', 'acme/d=2'],
          ['assertion', aSet(2)],
        ])
      ).body.result,
    ).toEqual({
      message: `cannot create recovery system 'n': cannot find snap "pc-kernel" at revision 2`,
    });
  });

  it('refuses before the device is seeded', async () => {
    expect((await create(aDeviceWithSets({ seeded: false }))).body.result).toEqual({
      message: 'cannot create recovery system "new": cannot create new recovery systems until fully seeded',
    });
  });
});
