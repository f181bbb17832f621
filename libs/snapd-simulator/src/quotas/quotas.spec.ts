import { aDevice } from '../testing/a-device';

const ensure = (name: string, more: object = {}) => ({
  action: 'ensure',
  'group-name': name,
  constraints: { memory: 67_108_864 },
  ...more,
});

describe('quota groups', () => {
  it('are made, changed and taken away, the inner one first', async () => {
    const device = aDevice();
    await device.run('/v2/quotas', ensure('outer', { snaps: ['hello'] }));
    await device.run('/v2/quotas', ensure('inner', { parent: 'outer', constraints: { threads: 10 } }));
    const update = await device.run('/v2/quotas', ensure('outer', { constraints: { cpu: { percentage: 50 } } }));
    expect(update.summary).toBe('Update quota group');
    expect(await device.read('/v2/quotas/outer')).toEqual({
      'group-name': 'outer',
      subgroups: ['inner'],
      snaps: ['hello'],
      constraints: { memory: 67_108_864, cpu: { percentage: 50 } },
      current: { memory: 0 },
    });
    const { body } = await device.post('/v2/quotas', { action: 'remove', 'group-name': 'outer' });
    expect(body.result).toEqual({
      message:
        'cannot remove quota group: cannot remove quota group "outer" with sub-groups, remove the sub-groups first',
    });
    await device.run('/v2/quotas', { action: 'remove', 'group-name': 'inner' });
    await device.run('/v2/quotas', { action: 'remove', 'group-name': 'outer' });
    expect(await device.read('/v2/quotas')).toEqual([]);
  });

  it('refuse a group that a change works on, with its own kind', async () => {
    const device = aDevice({ taskMs: 1000 });
    await device.post('/v2/quotas', ensure('busy'));
    const { status, body } = await device.post('/v2/quotas', ensure('busy'));
    expect({ status, result: body.result }).toEqual({
      status: 409,
      result: {
        message: 'quota group "busy" has "quota-control" change in progress',
        kind: 'quota-change-conflict',
        value: { 'change-kind': 'quota-control', 'quota-name': 'busy' },
      },
    });
  });

  it.each([
    [
      ensure('ab', { parent: 'no' }),
      'cannot create quota group: cannot create group under non-existent parent group "no"',
    ],
    [
      ensure('ab', { constraints: {} }),
      'cannot create quota group: quota group must have at least one resource limit set',
    ],
    [{ ...ensure('ab'), action: 'x' }, 'unknown quota action "x"'],
  ])('refuse %j', async (action, message) => {
    const { status, body } = await aDevice().post('/v2/quotas', action);
    expect({ status, result: body.result }).toEqual({ status: 400, result: { message } });
  });
});
