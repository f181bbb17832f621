import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import { aDevice, type TestDevice } from '../testing/a-device';

async function aDeviceWithApps(): Promise<TestDevice> {
  const device = aDevice();
  await device.upload([['lab-hello_1.snap', recordedSnap('lab-hello_1.snap')]]);
  return device;
}

const alias = { action: 'alias', snap: 'lab-hello', app: 'hello', alias: 'hi' };

describe('aliases', () => {
  it('are taken away by their own name too', async () => {
    const device = await aDeviceWithApps();
    await device.run('/v2/aliases', alias);
    const change = await device.run('/v2/aliases', { action: 'unalias', snap: 'hi', alias: 'hi' });
    expect(change).toMatchObject({
      summary: 'Remove manual alias "hi" for snap "lab-hello"',
      data: { 'aliases-removed': [{ snap: 'lab-hello', app: 'hello', alias: 'hi' }], 'aliases-added': null },
    });
    expect(await device.read('/v2/aliases')).toEqual({});
  });

  it('go with their snap', async () => {
    const device = await aDeviceWithApps();
    await device.run('/v2/aliases', alias);
    await device.run('/v2/snaps/lab-hello', { action: 'remove', purge: true });
    expect(await device.read('/v2/aliases')).toEqual({});
  });

  it('are preferred by snap', async () => {
    const change = await (await aDeviceWithApps()).run('/v2/aliases', { action: 'prefer', snap: 'lab-hello' });
    expect(change).toMatchObject({ kind: 'prefer', summary: 'Prefer aliases of snap "lab-hello"', status: 'Done' });
  });

  it.each([
    ['no', 'cannot enable alias "hi" for "lab-hello", target application "no" does not exist'],
    ['svc', 'cannot enable alias "hi" for "lab-hello", target application "svc" is a daemon'],
  ])('end in Error for the app %s', async (app, why) => {
    const change = await (await aDeviceWithApps()).run('/v2/aliases', { ...alias, app });
    expect(change).toMatchObject({ status: 'Error', err: expect.stringContaining(`(${why})`) });
  });

  it.each([
    [{ ...alias, alias: '-hi' }, 'invalid alias name: "-hi"'],
    [{ action: 'unalias', alias: 'no' }, 'cannot find manual alias "no" in any snap'],
  ])('refuse %j', async (action, message) => {
    const { status, body } = await (await aDeviceWithApps()).post('/v2/aliases', action);
    expect({ status, result: body.result }).toEqual({ status: 400, result: { message } });
  });
});
