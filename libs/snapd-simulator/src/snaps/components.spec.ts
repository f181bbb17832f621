import { aDevice, type TestDevice } from '../testing/a-device';

/** A device whose store has the snap `media` with the component `codecs`, in two revisions of both. */
function aDeviceWithMedia(): TestDevice {
  const device = aDevice();
  device.store.addSnap({
    name: 'media',
    revisions: [
      { revision: 1, components: { codecs: 10 } },
      { revision: 2, components: { codecs: 20 } },
    ],
    channels: { stable: 1, edge: 2 },
  });
  return device;
}

const install = { action: 'install', components: ['codecs'] };

const componentsOf = async (device: TestDevice): Promise<unknown> => (await device.read('/v2/snaps/media')).components;

describe('components of the store', () => {
  it('come with the snap, and with its refresh', async () => {
    const device = aDeviceWithMedia();
    const change = await device.run('/v2/snaps/media', install);
    expect(change).toMatchObject({ status: 'Done', summary: 'Install "media" snap with component "codecs"' });
    expect(await componentsOf(device)).toMatchObject([{ name: 'codecs', revision: '10' }]);
    await device.run('/v2/snaps/media', { action: 'refresh', channel: 'edge' });
    expect(await componentsOf(device)).toMatchObject([{ name: 'codecs', revision: '20' }]);
  });

  it('belong to a revision, and are back with it', async () => {
    const device = aDeviceWithMedia();
    await device.run('/v2/snaps/media', { action: 'install' });
    await device.run('/v2/snaps/media', { action: 'refresh', channel: 'edge' });
    await device.run('/v2/snaps/media', install);
    await device.run('/v2/snaps/media', { action: 'revert' });
    expect(await componentsOf(device)).toBeUndefined();
    await device.run('/v2/snaps/media', { action: 'revert', revision: '2' });
    expect(await componentsOf(device)).toMatchObject([{ name: 'codecs', revision: '20' }]);
  });

  it('come later, and only once', async () => {
    const device = aDeviceWithMedia();
    await device.run('/v2/snaps/media', { action: 'install' });
    expect(await componentsOf(device)).toBeUndefined();
    expect(await device.run('/v2/snaps/media', install)).toMatchObject({ status: 'Done' });
    expect(await componentsOf(device)).toMatchObject([{ name: 'codecs' }]);
    expect((await device.post('/v2/snaps/media', install)).body.result).toMatchObject({
      kind: 'snap-already-installed',
      value: { components: { media: ['codecs'] } },
    });
  });

  it('are refused when the revision does not offer them', async () => {
    const { body } = await aDeviceWithMedia().post('/v2/snaps/media', { action: 'install', components: ['nope'] });
    expect(body.result).toEqual({
      message:
        'cannot install "media": cannot build target from store action result: cannot find component "nope" in snap resources',
    });
  });

  it('satisfy a validation set that requires them', async () => {
    const device = aDeviceWithMedia();
    const codecs = { presence: 'required' as const };
    const snaps = [{ name: 'media', components: { codecs } }];
    device.store.addValidationSet({ accountId: 'acme', name: 'vs', sequence: 1, snaps });
    const change = await device.run('/v2/snaps', { action: 'refresh', 'validation-sets': ['acme/vs=1'] });
    expect(change).toMatchObject({ status: 'Done' });
    expect(await componentsOf(device)).toMatchObject([{ name: 'codecs', revision: '10' }]);
    expect(await device.read('/v2/validation-sets')).toMatchObject([{ mode: 'enforce', valid: true }]);
  });
});
