import { aDevice } from '../testing/a-device';
import { multipart } from '../testing/multipart';

describe('what installers and encrypted disks ask of systems', () => {
  it.each([
    [
      '/factory',
      { action: 'install', step: 'preseed' },
      400,
      'cannot preseed installed system without its target root',
    ],
    [
      '/factory',
      { action: 'install', step: 'setup-storage-encryption' },
      400,
      'cannot setup storage encryption for install from "factory": cannot setup storage encryption without volumes data',
    ],
    ['/factory', { action: 'check-pin' }, 400, 'pin must be provided in request body for action "check-pin"'],
    ['/no', { action: 'check-pin', pin: '1' }, 500, 'cannot load assertions for label "no": no seed assertions'],
    [
      '/factory',
      { action: 'check-passphrase', passphrase: 'x' },
      400,
      'target system does not support passphrase authentication',
    ],
    ['/factory', { action: 'reprovision' }, 400, 'label should not be provided for reprovision action'],
    [
      '',
      { action: 'fix-encryption-support' },
      400,
      'fix action must be provided in request body for action "fix-encryption-support"',
    ],
  ])('is refused: %s %j', async (label, json, status, message) => {
    const answer = await aDevice().post(`/v2/systems${label}`, json);
    expect({ status: answer.status, result: answer.body.result }).toMatchObject({ status, result: { message } });
  });

  it('is unknown to an older snapd', async () => {
    const { body } = await aDevice({ version: '2.68.3' }).post('/v2/systems', { action: 'reprovision' });
    expect(body.result).toEqual({ message: 'unsupported action "reprovision"' });
  });

  it('is answered with the details of the system where nothing is to be fixed', async () => {
    const { body } = await aDevice().post('/v2/systems', { action: 'fix-encryption-support', 'fix-action': '' });
    expect(body.result).toMatchObject({ label: 'factory', current: true });
  });
});

describe('a system created from a form', () => {
  const create = (...fields: [string, string][]) =>
    aDevice().send({ method: 'POST', path: '/v2/systems', ...multipart(fields, []) });

  it('is made offline', async () => {
    const device = aDevice();
    const fields: [string, string][] = [
      ['action', 'create'],
      ['label', 'made'],
      ['mark-default', 'TRUE'],
    ];
    const { body } = await device.send({ method: 'POST', path: '/v2/systems', ...multipart(fields, []) });
    expect(await device.change(body.change)).toMatchObject({ kind: 'create-recovery-system', status: 'Done' });
    expect(await device.read('/v2/systems')).toMatchObject({
      systems: expect.arrayContaining([
        expect.objectContaining({ label: 'made', 'default-recovery-system': true }),
      ]) as object[],
    });
  });

  it.each([
    ['expected exactly one action in form', [['label', 'a']]],
    ['expected exactly one "label" value in form', [['action', 'create']]],
    [
      'cannot parse "test-system" value as boolean: maybe',
      [
        ['action', 'create'],
        ['label', 'a'],
        ['test-system', 'maybe'],
      ],
    ],
    [
      'expected at most one "validation-sets" value in form',
      [
        ['action', 'create'],
        ['label', 'a'],
        ['validation-sets', 'a/b'],
        ['validation-sets', 'a/c'],
      ],
    ],
    [
      'cannot decode assertion: unexpected EOF',
      [
        ['action', 'create'],
        ['label', 'a'],
        ['assertion', 'nonsense'],
      ],
    ],
  ] as [string, [string, string][]][])('is refused: %s', async (message, fields) => {
    const answer = await create(...fields);
    expect({ status: answer.status, result: answer.body.result }).toEqual({ status: 400, result: { message } });
  });
});
