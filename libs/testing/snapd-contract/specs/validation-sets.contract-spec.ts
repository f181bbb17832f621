import { describeContract } from '../contract';
import { proveRefused } from './refused';

const lookup = 'dial tcp: lookup no..store: no such host';
const PATH = '/v2/validation-sets/acme/base';

describeContract('validation sets without a store', (contract) => {
  contract.proves(
    ['client: GET /v2/validation-sets', 'read: GET /v2/validation-sets'],
    'lists none',
    async (subject) => {
      expect(await subject.client.validationSets.list()).toEqual([]);
      expect(await subject.read('/v2/validation-sets')).toEqual([]);
    },
  );

  proveRefused(contract, [
    {
      row: 'GET /v2/validation-sets/{account}/{name}',
      ask: (client) => client.validationSets.get('acme', 'base'),
      words: `Get "http://no..store/v2/assertions/validation-set/16/acme/base?max-format=0&sequence=latest": ${lookup}`,
    },
    {
      row: 'POST /v2/validation-sets/{account}/{name} apply',
      ask: (client) => client.validationSets.apply('acme', 'base', { mode: 'monitor' }),
      words: `cannot monitor validation set acme/base: cannot get validation set assertion for acme/base: Post "http://no..store/v2/snaps/refresh": ${lookup}`,
    },
    {
      row: 'POST /v2/validation-sets/{account}/{name} forget',
      ask: (client) => client.validationSets.forget('acme', 'base'),
      words: 'validation set not found',
    },
  ]);

  const refusals: [string, object, object][] = [
    [
      PATH,
      { action: 'apply', mode: 'enforce' },
      {
        status: 400,
        message: `cannot enforce validation set: Post "http://no..store/v2/snaps/refresh": ${lookup}`,
      },
    ],
    [PATH, { action: 'apply' }, { status: 400, message: 'invalid mode ""' }],
    [PATH, { action: 'apply', mode: 'nope' }, { status: 400, message: 'invalid mode "nope"' }],
    [
      PATH,
      { action: 'apply', mode: 'monitor', sequence: -1 },
      { status: 400, message: 'invalid sequence argument: -1' },
    ],
    [PATH, { action: 'nope' }, { status: 400, message: 'unsupported action "nope"' }],
    [
      PATH,
      { action: 'forget', sequence: 2 },
      {
        ...{ status: 404, message: 'validation set not found', kind: 'validation-set-not-found' },
        value: { 'account-id': 'acme', name: 'base', sequence: 2 },
      },
    ],
    ['/v2/validation-sets/acme/Bad_Name', { action: 'forget' }, { status: 400, message: 'invalid name "Bad_Name"' }],
    [
      '/v2/validation-sets/bad_acct!/base',
      { action: 'forget' },
      { status: 400, message: 'invalid account ID "bad_acct!"' },
    ],
  ];
  for (const [path, json, refusal] of refusals)
    contract.shows(`refuses ${JSON.stringify(json)} of ${path}`, async (subject) => {
      expect(await subject.refusal('POST', path, { json })).toEqual(refusal);
    });
});

const OK = { verdict: { kind: 'verified' } };
const about = { 'account-id': 'developer1', name: 'base' };

describeContract(
  'validation sets of a store',
  (contract) => {
    contract.proves(
      'client: POST /v2/validation-sets/{account}/{name} apply',
      'behaviour 36: enforces none that is unmet, and one that is met',
      async (subject) => {
        const enforce = { mode: 'enforce', sequence: 1 } as const;
        await expect(subject.client.validationSets.apply('developer1', 'base', enforce)).rejects.toMatchObject({
          ...{ status: 400, kind: undefined },
          message:
            'cannot enforce validation set: validation sets assertions are not met:\n- missing required snaps:\n  - lab-app (required at revision 1 by sets developer1/base)',
        });
        await subject.change(subject.client.snaps.actOn('lab-app', { action: 'install' }));
        expect(await subject.client.validationSets.apply('developer1', 'base', enforce)).toEqual({
          ...{ ...about, 'pinned-at': 1, mode: 'enforce', sequence: 1, valid: true },
        });
      },
    );

    contract.proves(
      ['client: GET /v2/validation-sets', 'client: GET /v2/validation-sets/{account}/{name}'],
      'shows what is tracked, and judges what is not',
      async (subject) => {
        const tracked = { ...about, 'pinned-at': 1, mode: 'enforce', sequence: 1, valid: true };
        expect(await subject.client.validationSets.list()).toEqual([tracked]);
        expect(await subject.client.validationSets.get('developer1', 'base')).toEqual(tracked);
        expect(await subject.client.validationSets.get('developer1', 'base', { sequence: 2 })).toEqual({
          ...{ ...about, sequence: 2, valid: false },
        });
        await expect(subject.client.validationSets.get('developer1', 'nope')).rejects.toMatchObject({
          ...{ status: 404, kind: 'validation-set-not-found', message: 'validation set not found' },
        });
      },
    );

    contract.proves(
      ['read: GET /v2/validation-sets', 'read: GET /v2/validation-sets/{account}/{name}'],
      'reads them',
      async (subject) => {
        expect(await subject.read('/v2/validation-sets')).toMatchObject([about]);
        expect(await subject.read('/v2/validation-sets/developer1/base')).toMatchObject(about);
      },
    );

    contract.shows('removes no snap that a set requires', async (subject) => {
      const { status, message } = await subject.refusal('POST', '/v2/snaps/lab-app', { json: { action: 'remove' } });
      expect([status, message]).toEqual([
        400,
        'cannot remove "lab-app": snap "lab-app" is not removable: snap "lab-app" at revision 1 is required by validation sets: 16/developer1/base/1',
      ]);
    });

    contract.proves('client: POST /v2/validation-sets/{account}/{name} forget', 'forgets one', async (subject) => {
      await subject.client.validationSets.forget('developer1', 'base');
      expect(await subject.client.validationSets.list()).toEqual([]);
    });

    contract.proves(
      [
        'operation: POST /v2/validation-sets/{account}/{name} apply',
        'operation: POST /v2/validation-sets/{account}/{name} forget',
      ],
      'monitors, enforces and forgets through the catalogue',
      async (subject) => {
        const set = 'developer1/base';
        expect(await subject.operate('monitor-validation-set', { 'validation-set': set })).toMatchObject(OK);
        expect(await subject.operate('enforce-validation-set', { 'validation-set': `${set}=1` })).toMatchObject(OK);
        expect(await subject.operate('forget-validation-set', { 'validation-set': set })).toMatchObject(OK);
      },
    );
  },
  'core',
);
