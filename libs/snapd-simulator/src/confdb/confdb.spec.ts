import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import { aDevice, type TestDevice } from '../testing/a-device';
import { DEVELOPER_KEY, NETWORK_SCHEMA } from '@corefleet/testing/snapd-recordings/core24';

const VIEW = '/v2/confdb/developer1/network/wifi-admin';

/** A device with the flag on, the schema known and, when wanted, the custodian snap connected. */
async function aConfdbDevice({ custodian }: { custodian: boolean }): Promise<TestDevice> {
  const device = aDevice({ assertions: [DEVELOPER_KEY] });
  await device.call('PUT', '/v2/snaps/system/conf', { 'experimental.confdb': true });
  await device.send({ method: 'POST', path: '/v2/assertions', body: NETWORK_SCHEMA });
  if (!custodian) return device;
  await device.upload([['c.snap', recordedSnap('lab-custodian_1.snap')]]);
  const ends = { plugs: [{ snap: 'lab-custodian', plug: 'wifi' }], slots: [{ snap: 'snapd', slot: 'confdb' }] };
  await device.post('/v2/interfaces', { action: 'connect', ...ends });
  return device;
}

async function read(device: TestDevice, query = ''): Promise<unknown> {
  const { body } = await device.get(`${VIEW}${query}`);
  return (await device.change(body.change)).data;
}

describe('confdb (§8.4)', () => {
  it('is refused while its flag is off', async () => {
    expect((await aDevice().get(VIEW)).body.result).toMatchObject({
      message: `feature flag "confdb" is disabled: set 'experimental.confdb' to true`,
    });
  });

  it('writes through a view when a custodian is connected, and reads back by a change', async () => {
    const device = await aConfdbDevice({ custodian: true });
    await device.call('PUT', VIEW, { values: { ssid: 'x', private: { a: 1 } } });
    expect(await read(device)).toEqual({ values: { ssid: 'x', private: { a: 1 } } });
    expect(await read(device, '?keys=private.a')).toEqual({ values: { 'private.a': 1 } });
    await device.call('PUT', VIEW, { values: { private: null } });
    expect(await read(device, '?keys=private')).toMatchObject({ error: { kind: 'option-not-found' } });
  });

  it('refuses to write what nobody watches over', async () => {
    const device = await aConfdbDevice({ custodian: false });
    const { status, body } = await device.call('PUT', VIEW, { values: { ssid: 'x' } });
    expect([status, body.result]).toEqual([
      500,
      { message: 'cannot write confdb view developer1/network/wifi-admin: no custodian snap connected' },
    ]);
  });

  it('stores nothing when the commit fails', async () => {
    const device = await aConfdbDevice({ custodian: true });
    device.snapd.failTask('commit-confdb-tx');
    const { body } = await device.call('PUT', VIEW, { values: { ssid: 'x' } });
    expect(await device.change(body.change)).toMatchObject({ status: 'Error' });
    expect(await read(device)).toMatchObject({ error: { kind: 'option-not-found' } });
  });
});
