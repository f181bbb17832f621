import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import { A_MODEL, aDevice, type TestDevice } from '../testing/a-device';
import { multipart } from '../testing/multipart';
import { vouchFor } from '../testing/vouch-for';

const revised = (revision: number, model = A_MODEL): string =>
  model.replace('series: 16', `revision: ${revision}\nseries: 16`);
const withSnap = (name: string, model = A_MODEL): string =>
  model.replace('timestamp:', `  -\n    default-channel: latest/stable\n    name: ${name}\n    type: app\ntimestamp:`);
const renamed = (name: string): string => A_MODEL.replace('model: acme-box', `model: ${name}`);

const remodel = (device: TestDevice, text: string, offline = false) =>
  device.run('/v2/model', { 'new-model': text, offline }, 60_000);

const messageOf = async (device: TestDevice, text: string, offline = false): Promise<unknown> =>
  (await device.post('/v2/model', { 'new-model': text, offline })).body.result;

describe('remodelling (§5.5, §8.4)', () => {
  it('takes a newer revision of the model after the test of its recovery system', async () => {
    const device = aDevice({ rebootMs: 100 });
    const before = device.snapd.bootId();
    const change = await remodel(device, revised(1));
    expect(change).toMatchObject({
      kind: 'remodel',
      summary: 'Refresh model assertion from revision 0 to 1',
      status: 'Done',
    });
    expect(change.tasks?.map((task) => task.kind)).toEqual([
      'create-recovery-system',
      'finalize-recovery-system',
      'set-model',
    ]);
    expect(device.snapd.bootId()).not.toBe(before);
    expect((await device.get('/v2/model')).text).toContain('revision: 1');
    const { systems } = await device.read<{ systems: Record<string, unknown>[] }>('/v2/systems');
    expect(systems[0]).toMatchObject({ label: expect.stringMatching(/^2026\d{4}$/), current: true });
  });

  it('keeps the model when the new system does not come up', async () => {
    const device = aDevice();
    device.snapd.failNextBoot();
    expect(await remodel(device, revised(1))).toMatchObject({ status: 'Error' });
    expect((await device.get('/v2/model')).text).not.toContain('revision: 1');
    expect((await device.read<{ systems: unknown[] }>('/v2/systems')).systems).toHaveLength(1);
  });

  it('installs what the new model needs, and nothing offline', async () => {
    const device = aDevice();
    expect(await messageOf(device, withSnap('fresh', revised(1)), true)).toEqual({
      message: 'cannot remodel device: no snap file provided for "fresh"',
    });
    expect(await remodel(device, withSnap('fresh', revised(1)))).toMatchObject({ status: 'Done' });
    expect(await device.revisions()).toMatchObject({ fresh: '2' });
  });

  it('goes offline when everything is there', async () => {
    const device = aDevice();
    device.store.unreachable = true;
    expect(await remodel(device, revised(1), true)).toMatchObject({ status: 'Done' });
  });

  it('takes the snaps of an offline remodel from a form', async () => {
    const device = aDevice();
    device.store.unreachable = true;
    const file = recordedSnap('lab-noop_1.snap');
    const model = withSnap('lab-noop', revised(1));
    const vouched = multipart(
      [
        ['new-model', model],
        ['assertion', vouchFor(file, 7)],
      ],
      [['snap', 'lab-noop_1.snap', file]],
    );
    const bare = multipart([['new-model', model]], []);
    expect((await device.send({ method: 'POST', path: '/v2/model', ...bare })).body.result).toEqual({
      message: 'cannot remodel device: no snap file provided for "lab-noop"',
    });
    const { body } = await device.send({ method: 'POST', path: '/v2/model', ...vouched });
    await device.clock.advance(60_000);
    expect(await device.change(body.change)).toMatchObject({ status: 'Done' });
    expect(await device.revisions()).toMatchObject({ 'lab-noop': '7' });
    expect((await device.get('/v2/assertions/model')).headers['x-ubuntu-assertions-count']).toBe('1');
  });

  it('registers again as a device of another model', async () => {
    const device = aDevice();
    const change = await remodel(device, renamed('acme-crate'));
    expect(change).toMatchObject({ summary: 'Remodel device to acme/acme-crate (0)', status: 'Done' });
    expect(change.tasks?.[0]).toMatchObject({ kind: 'request-serial', status: 'Done' });
    expect((await device.get('/v2/model/serial')).text).toContain('model: acme-crate');
  });

  it('tells in a log when the boot disk does not take the model', async () => {
    const device = aDevice();
    device.snapd.failModelSwitch('cannot write new model file');
    const change = await remodel(device, revised(1));
    expect(change.tasks?.at(-1)?.log?.[0]).toContain(
      'INFO cannot complete remodel: cannot switch device: cannot write',
    );
    expect(change.status).toBe('Done');
    expect((await device.get('/v2/model')).text).not.toContain('revision: 1');
  });

  it.each([
    ['another architecture', A_MODEL.replace('amd64', 'arm64'), 'cannot remodel to different architectures yet'],
    ['another series', A_MODEL.replace('series: 16', 'series: 18'), 'cannot remodel to different series yet'],
    [
      'a lower grade',
      A_MODEL.replace('grade: signed', 'grade: dangerous'),
      'cannot remodel from grade signed to grade dangerous',
    ],
  ])('refuses %s', async (_what, text, why) => {
    expect(await messageOf(aDevice(), text)).toEqual({ message: `cannot remodel device: ${why}` });
  });

  it('refuses what is no model, and a device without a serial', async () => {
    expect(await messageOf(aDevice(), 'garbage')).toEqual({
      message: 'cannot decode new model assertion: assertion content/signature separator not found',
    });
    expect(await messageOf(aDevice({ serial: undefined }), revised(1))).toEqual({
      message: 'cannot remodel device: cannot remodel without a serial',
    });
  });

  it('is alone: nothing beside it, and not beside anything', async () => {
    const device = aDevice({ taskMs: 1000 });
    await device.post('/v2/snaps/hello', { action: 'refresh', channel: 'edge' });
    expect(await messageOf(device, revised(1))).toMatchObject({
      kind: 'snap-change-conflict',
      value: { 'change-kind': 'refresh-snap' },
    });
    await device.clock.advance(60_000);
    await device.post('/v2/model', { 'new-model': revised(1) });
    expect((await device.post('/v2/snaps/other', { action: 'refresh', revision: 2 })).body.result).toEqual({
      message: 'remodeling in progress, no other changes allowed until this is done',
      kind: 'snap-change-conflict',
      value: { 'change-kind': 'remodel' },
    });
  });
});
