import { describeContract } from '../contract';
import { proveRefused } from './refused';

const NOT_CLASSIC = 'cannot create recovery systems on a classic (non-hybrid) system';
const failed = (label: string): string =>
  `cannot perform the following tasks:\n- Create recovery system with label "${label}" (${NOT_CLASSIC})`;
const NO_SEED = 'requested seed system "lab-1" does not exist';

describeContract('recovery systems of a classic device', (contract) => {
  contract.proves('client: GET /v2/systems', 'behaviour 33: lists none', async (subject) => {
    expect(await subject.client.systems.list()).toEqual([]);
    expect((await subject.ask('GET', '/v2/systems')).body.result).toEqual({});
  });

  contract.proves('read: GET /v2/systems', 'reads the list', async (subject) => {
    expect(await subject.read('/v2/systems')).toEqual({ systems: [] });
  });

  proveRefused(contract, [
    {
      ...{ row: 'POST /v2/systems create', ask: (client) => client.systems.create({ label: 'lab-1' }) },
      ...{ words: failed('lab-1'), asChange: true },
    },
    {
      row: 'POST /v2/systems create from files',
      ask: (client) => client.systems.createFromFiles({ label: 'lab-1' }, { snaps: [] }),
      ...{ words: failed('lab-1'), asChange: true },
    },
    {
      ...{ row: 'POST /v2/systems/{label} remove', ask: (client) => client.systems.remove('lab-1') },
      words: '"lab-1" not found: recovery system does not exist',
    },
    {
      ...{ row: 'POST /v2/systems/{label} do', ask: (client) => client.systems.do('lab-1', 'recover') },
      words: NO_SEED,
    },
    {
      ...{ row: 'POST /v2/systems/{label} reboot', ask: (client) => client.systems.reboot({ label: 'lab-1' }) },
      words: NO_SEED,
    },
    {
      ...{ row: 'GET /v2/systems/{label}', ask: (client) => client.systems.get('20260101') },
      words: 'cannot load assertions for label "20260101": no seed assertions',
    },
  ]);

  contract.shows('behaviour 35: knows nothing of an unknown label', async (subject) => {
    expect(await subject.refusal('POST', '/v2/systems/nope', { json: { action: 'remove' } })).toEqual({
      ...{ status: 404, message: '"nope" not found: recovery system does not exist' },
    });
  });

  const refusals: [string, object, string][] = [
    ['/v2/systems', { json: { action: 'create' } }, 'label must be provided in request body for action "create"'],
    ['/v2/systems', { json: { action: 'nope' } }, 'unsupported action "nope"'],
    [
      '/v2/systems/lab-1',
      { json: { action: 'create', label: 'lab-1' } },
      'label should not be provided in route when creating a system',
    ],
    ['/v2/systems', { json: { action: 'do', mode: 'run' } }, 'system action requires the system label to be provided'],
    ['/v2/systems', { json: { action: 'remove' } }, 'system action requires the system label to be provided'],
    ['/v2/systems/lab-1', { json: { action: 'do' } }, 'system action requires the mode to be provided'],
    ['/v2/systems', { body: '{' }, 'cannot decode request body into system action: unexpected EOF'],
    ['/v2/systems', { body: '{"action":"nope"} {}' }, 'extra content found in request body'],
    ['/v2/systems', { body: 'x', headers: { 'content-type': 'text/plain' } }, 'unexpected media type "text/plain"'],
  ];
  for (const [path, question, message] of refusals)
    contract.shows(`refuses ${JSON.stringify(question)} of ${path}`, async (subject) => {
      expect(await subject.refusal('POST', path, question)).toEqual({ status: 400, message });
    });

  if (contract.minor < 75)
    contract.proves('raw: GET /v2/systems running', 'knows of no running one to ask for', async (subject) => {
      expect((await subject.ask('GET', '/v2/systems?running=true')).body.result).toEqual({});
    });
  else
    proveRefused(contract, [
      {
        ...{ row: 'GET /v2/systems running', ask: (client) => client.systems.running() },
        words: 'no current system for mode run',
      },
    ]);

  contract.proves(
    'raw: POST /v2/systems reboot',
    'behaviour 9: announces a reboot, and boots again',
    async (subject) => {
      const before = await subject.backend.bootId();
      await subject.backend.throughReboot(async () => {
        const { status, body } = await subject.ask('POST', '/v2/systems', { json: { action: 'reboot' } });
        expect({ status, body }).toMatchObject({ status: 200, body: { type: 'sync', result: null } });
        expect(body.maintenance).toEqual({
          ...{ message: 'system is restarting', kind: 'system-restart', value: { op: 'reboot' } },
        });
      });
      expect(await subject.backend.bootId()).not.toBe(before);
      expect((await subject.ask('GET', '/v2/changes')).body).not.toHaveProperty('maintenance');
    },
  );

  contract.proves('operation: POST /v2/systems reboot', 'reboots through the catalogue', async (subject) => {
    expect(await subject.operate('reboot', {})).toMatchObject({ verdict: { kind: 'verified' } });
  });

  contract.proves('client: POST /v2/systems reboot', 'reboots', async (subject) => {
    const before = await subject.backend.bootId();
    await subject.backend.throughReboot(() => subject.client.systems.reboot());
    expect(await subject.backend.bootId()).not.toBe(before);
  });
});

const LABEL = '20261120';

describeContract(
  'recovery systems of Ubuntu Core',
  (contract) => {
    contract.proves(
      ['client: GET /v2/systems', 'read: GET /v2/systems'],
      'behaviour 33: lists them',
      async (subject) => {
        const systems = await subject.client.systems.list();
        expect(systems).toEqual([
          {
            ...{ current: true, 'default-recovery-system': true, label: LABEL },
            model: { model: 'lab-device', 'brand-id': 'developer1', 'display-name': 'Lab device' },
            brand: expect.objectContaining({ id: 'developer1', username: 'developer1' }),
            actions: [
              { title: 'Reinstall', mode: 'install' },
              { title: 'Recover', mode: 'recover' },
              { title: 'Factory reset', mode: 'factory-reset' },
              { title: 'Run normally', mode: 'run' },
            ],
          },
        ]);
        expect(await subject.read('/v2/systems')).toEqual({ systems });
      },
    );

    contract.proves(
      ['client: GET /v2/systems/{label}', 'read: GET /v2/systems/{label}'],
      'shows one with its model',
      async (subject) => {
        const system = await subject.client.systems.get(LABEL);
        expect(system).toMatchObject({ label: LABEL, current: true, model: { 'brand-id': 'developer1' } });
        expect(await subject.read(`/v2/systems/${LABEL}`)).toEqual(system);
      },
    );

    contract.proves('client: POST /v2/systems create', 'creates one', async (subject) => {
      const ended = await subject.change(subject.client.systems.create({ label: 'lab-1' }));
      expect(ended).toMatchObject({
        ...{ kind: 'create-recovery-system', summary: 'Create new recovery system with label "lab-1"', status: 'Done' },
      });
      expect(ended.tasks).toMatchObject([
        { kind: 'create-recovery-system', summary: 'Create recovery system with label "lab-1"', status: 'Done' },
      ]);
      expect((await subject.client.systems.list()).map(({ label }) => label)).toContain('lab-1');
    });

    contract.proves('client: POST /v2/systems create', 'behaviour 34: tests one in two boots', async (subject) => {
      const boot = await subject.backend.bootId();
      const asked = { label: 'lab-2', 'test-system': true, 'mark-default': true };
      const { changeId } = await subject.client.systems.create(asked);
      await subject.reaches(changeId, ({ status }) => status === 'Wait' || status === 'Done', 'the reboot');
      const ended = await subject.ended(changeId);
      expect(ended).toMatchObject({ status: 'Done' });
      expect(ended.tasks).toMatchObject([{ kind: 'create-recovery-system' }, { kind: 'finalize-recovery-system' }]);
      expect(await subject.backend.bootId()).not.toBe(boot);
      const systems = await subject.client.systems.list();
      expect(systems.find((system) => system['default-recovery-system'])?.label).toBe('lab-2');
    });

    contract.proves(
      'client: POST /v2/systems/{label} remove',
      'behaviour 35: removes one, but not the current',
      async (subject) => {
        const ended = await subject.change(subject.client.systems.remove('lab-1'));
        expect(ended).toMatchObject({
          ...{ kind: 'remove-recovery-system', summary: 'Remove recovery system with label "lab-1"', status: 'Done' },
        });
        expect(await subject.change(subject.client.systems.remove(LABEL))).toMatchObject({
          status: 'Error',
          err: `cannot perform the following tasks:\n- Remove recovery system with label "${LABEL}" (cannot remove current recovery system: "${LABEL}")`,
        });
      },
    );

    contract.proves('client: POST /v2/systems create from files', 'creates one from files', async (subject) => {
      const ended = await subject.change(subject.client.systems.createFromFiles({ label: 'lab-3' }, { snaps: [] }));
      expect(ended).toMatchObject({ kind: 'create-recovery-system', status: 'Done' });
    });

    contract.proves(
      ['operation: POST /v2/systems create', 'operation: POST /v2/systems/{label} remove'],
      'creates and removes through the catalogue',
      async (subject) => {
        expect(await subject.operate('create-recovery-system', { label: 'lab-4' })).toMatchObject({
          ...{ change: { status: 'Done' }, verdict: { kind: 'verified' } },
        });
        expect(await subject.operate('remove-recovery-system', { label: 'lab-4' })).toMatchObject({
          ...{ change: { status: 'Done' }, verdict: { kind: 'verified' } },
        });
      },
    );

    contract.shows('behaviour 17: creates none while anything else is under way', async (subject) => {
      const { changeId } = await subject.client.snaps.actOn('lab-app', { action: 'install' });
      expect(await subject.refusal('POST', '/v2/systems', { json: { action: 'create', label: 'lab-5' } })).toEqual({
        status: 500,
        message:
          'cannot create recovery system "lab-5": other changes in progress (conflicting change "install-snap"), change "create-recovery-system" not allowed until they are done',
      });
      await subject.ended(changeId);
    });

    contract.shows('behaviour 16: changes no snap while one is created', async (subject) => {
      const { changeId } = await subject.client.systems.create({ label: 'lab-6' });
      expect(await subject.refusal('POST', '/v2/snaps/lab-app', { json: { action: 'remove' } })).toEqual({
        ...{ status: 409, kind: 'snap-change-conflict', value: { 'change-kind': 'create-recovery-system' } },
        message: 'creating recovery system in progress, no other changes allowed until this is done',
      });
      await subject.ended(changeId);
    });

    contract.proves('client: POST /v2/systems/{label} do', 'is in the mode already, or refuses it', async (subject) => {
      await subject.client.systems.do(LABEL, 'run');
      const refusal = { status: 400, message: `requested action is not supported by system "${LABEL}"` };
      await expect(subject.client.systems.do(LABEL, 'nope')).rejects.toMatchObject(refusal);
    });

    contract.proves(
      'operation: POST /v2/systems/{label} reboot',
      'boots a system through the catalogue',
      async (subject) => {
        expect(await subject.operate('boot-system', { label: LABEL, mode: 'run' })).toMatchObject({
          verdict: { kind: 'verified' },
        });
      },
    );

    contract.proves(
      'operation: POST /v2/systems create from files',
      'creates from files through the catalogue',
      async (subject) => {
        const snaps = [await subject.artifacts.put('lab-noop_1.snap')];
        await expect(subject.operate('create-recovery-system', { label: 'lab-7', snaps })).resolves.toMatchObject({
          ...{ change: { status: 'Done' }, verdict: { kind: 'verified' } },
        });
      },
    );

    contract.proves('client: POST /v2/systems/{label} reboot', 'reboots into a system', async (subject) => {
      const boot = await subject.backend.bootId();
      await subject.backend.throughReboot(() => subject.client.systems.reboot({ label: LABEL, mode: 'run' }));
      expect(await subject.backend.bootId()).not.toBe(boot);
    });
  },
  'core',
);
