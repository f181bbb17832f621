import { recordedSteps } from '@corefleet/testing/snapd-recordings/core24';
import { describeContract } from '../contract';
import { proveRefused } from './refused';

const NO_MODEL = 'cannot decode new model assertion: assertion content/signature separator not found';

describeContract('assertions', (contract) => {
  contract.proves(['client: GET /v2/assertions', 'read: GET /v2/assertions'], 'names the types', async (subject) => {
    const types = await subject.client.assertions.types();
    expect(types).toEqual(expect.arrayContaining(['account', 'account-key', 'model', 'serial', 'validation-set']));
    expect(await subject.read('/v2/assertions')).toEqual({ types });
  });

  contract.proves('client: GET /v2/assertions/{type}', 'lists what the device has of a type', async (subject) => {
    const { texts } = await subject.client.assertions.list('model');
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/^type: model\nauthority-id: generic\nseries: 16\n/);
    expect((await subject.client.assertions.list('serial')).texts).toEqual([]);
    const filter = { headers: { 'account-id': 'nope' } };
    expect((await subject.client.assertions.list('account', filter)).texts).toEqual([]);
  });

  contract.proves('read: GET /v2/assertions/{type}', 'reads them', async (subject) => {
    expect(JSON.stringify(await subject.read('/v2/assertions/model'))).toContain('generic-classic');
  });

  contract.proves('client: GET /v2/assertions/{type} as JSON', 'lists their headers', async (subject) => {
    expect(await subject.client.assertions.listJson('model')).toMatchObject([
      { headers: { type: 'model', 'authority-id': 'generic', model: 'generic-classic', classic: 'true' } },
    ]);
  });

  contract.proves('raw: GET /v2/assertions/{type}', 'answers a stream, and knows its types', async (subject) => {
    const { headers } = await subject.ask('GET', '/v2/assertions/model');
    expect(headers).toMatchObject({
      ...{ 'content-type': 'application/x.ubuntu.assertion; bundle=y', 'x-ubuntu-assertions-count': '1' },
    });
    expect(await subject.refusal('GET', '/v2/assertions/nope')).toEqual({
      ...{ status: 400, message: 'invalid assert type: "nope"' },
    });
  });

  contract.proves(
    ['client: POST /v2/assertions add', 'operation: POST /v2/assertions add'],
    'takes what it has already',
    async (subject) => {
      const { text } = await subject.client.assertions.list('account');
      await subject.client.assertions.add(text);
      expect(await subject.operate('add-assertions', { assertions: text })).toMatchObject({
        verdict: { kind: 'verified' },
      });
    },
  );

  contract.proves('raw: POST /v2/assertions add', 'takes no garbage', async (subject) => {
    const headers = { 'content-type': 'application/x.ubuntu.assertion' };
    expect(await subject.refusal('POST', '/v2/assertions', { body: 'garbage', headers })).toEqual({
      ...{ status: 400, message: 'cannot decode request body into assertions: unexpected EOF' },
    });
  });

  contract.proves(['client: GET /v2/model', 'read: GET /v2/model'], 'shows the model', async (subject) => {
    const text = await subject.client.model.assertion();
    expect(text).toMatch(/^type: model\n/);
    expect(await subject.client.model.json()).toMatchObject({ headers: { 'brand-id': 'generic', series: '16' } });
    expect(JSON.stringify(await subject.read('/v2/model'))).toContain('generic-classic');
    expect(await subject.refusal('GET', '/v2/model?json=x')).toEqual({
      ...{ status: 400, message: '"json" query parameter when used must be set to "true" or "headers"' },
    });
  });

  proveRefused(contract, [
    {
      ...{ row: 'GET /v2/model/serial', ask: (client) => client.model.serial() },
      ...{ read: '/v2/model/serial', words: 'no serial assertion yet' },
    },
    { row: 'POST /v2/model remodel', ask: (client) => client.model.remodel('garbage'), words: NO_MODEL },
    {
      ...{ row: 'POST /v2/model remodel offline', words: NO_MODEL },
      ask: (client) => client.model.remodel('garbage', { offline: true }),
    },
    {
      ...{ row: 'POST /v2/model remodel from files', words: NO_MODEL },
      ask: (client) => client.model.remodelFromFiles('garbage', { snaps: [] }),
    },
  ]);

  contract.shows('behaviour 39: names the missing serial', async (subject) => {
    expect(await subject.refusal('GET', '/v2/model/serial')).toEqual({
      ...{ status: 404, message: 'no serial assertion yet', kind: 'assertion-not-found', value: 'serial' },
    });
  });

  contract.proves('client: POST /v2/model/serial forget', 'forgets who it is', async (subject) => {
    await expect(subject.client.model.forgetSerial()).resolves.toBeUndefined();
    expect(await subject.refusal('POST', '/v2/model/serial', { json: { action: 'nope' } })).toEqual({
      ...{ status: 400, message: 'unsupported serial action "nope"' },
    });
  });
});

describeContract(
  'the model of Ubuntu Core',
  (contract) => {
    const model = String(recordedSteps().find((step) => step.request?.path === '/v2/model')?.body);
    const newer = model.replace('\nseries: 16', '\nrevision: 1\nseries: 16');

    contract.proves(['client: GET /v2/model/serial', 'read: GET /v2/model/serial'], 'has a serial', async (subject) => {
      expect(await subject.client.model.serial()).toMatch(/^type: serial\n/);
      expect(await subject.client.model.serialJson()).toMatchObject({ headers: { serial: '7777' } });
      expect(JSON.stringify(await subject.read('/v2/model/serial'))).toContain('7777');
    });

    contract.proves('client: POST /v2/model remodel', 'remodels to a revision', async (subject) => {
      const ended = await subject.change(subject.client.model.remodel(newer));
      expect(ended).toMatchObject({
        ...{ kind: 'remodel', summary: 'Refresh model assertion from revision 0 to 1', status: 'Done' },
      });
    });

    contract.proves('client: POST /v2/model remodel offline', 'remodels offline', async (subject) => {
      const next = newer.replace('revision: 1', 'revision: 2');
      expect(await subject.change(subject.client.model.remodel(next, { offline: true }))).toMatchObject({
        ...{ kind: 'remodel', status: 'Done' },
      });
    });

    contract.proves('client: POST /v2/model remodel from files', 'remodels from files', async (subject) => {
      const next = newer.replace('revision: 1', 'revision: 3');
      expect(await subject.change(subject.client.model.remodelFromFiles(next, { snaps: [] }))).toMatchObject({
        ...{ kind: 'remodel', status: 'Done' },
      });
    });

    contract.proves(
      ['operation: POST /v2/model remodel', 'operation: POST /v2/model remodel offline'],
      'remodels through the catalogue',
      async (subject) => {
        for (const [revision, how] of [
          ['4', {}],
          ['5', { offline: true }],
        ] as const) {
          const next = newer.replace('revision: 1', `revision: ${revision}`);
          expect(await subject.operate('remodel', { 'new-model': next, ...how })).toMatchObject({
            ...{ change: { status: 'Done' }, verdict: { kind: 'verified' } },
          });
        }
      },
    );

    contract.proves(
      'operation: POST /v2/model remodel from files',
      'remodels from files through the catalogue',
      async (subject) => {
        const next = newer.replace('revision: 1', 'revision: 6');
        const assertions = [subject.artifacts.keep('model.assert', Buffer.from(next))];
        expect(await subject.operate('remodel', { 'new-model': next, assertions })).toMatchObject({
          ...{ change: { status: 'Done' }, verdict: { kind: 'verified' } },
        });
      },
    );
  },
  'core',
);

describeContract(
  'the serial of a generic model',
  (contract) => {
    contract.proves('operation: POST /v2/model/serial forget', 'forgets through the catalogue', async (subject) => {
      expect(await subject.client.model.serial()).toContain('serial: 7777');
      expect(await subject.operate('forget-serial', {})).toMatchObject({ verdict: { kind: 'verified' } });
      await expect(subject.client.model.serial()).rejects.toMatchObject({ kind: 'assertion-not-found' });
    });
  },
  'registered classic',
);
