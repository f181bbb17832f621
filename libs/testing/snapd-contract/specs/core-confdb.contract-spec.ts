import { NETWORK_SCHEMA } from '@corefleet/testing/snapd-recordings/core24';
import { describeContract } from '../contract';
import { labFile } from '../subjects/lab-files';

const view = { account: 'developer1', schema: 'network', view: 'wifi-admin' };
const VIEW = '/v2/confdb/developer1/network/wifi-admin';

describeContract(
  'confdb of Ubuntu Core',
  (contract) => {
    if (contract.minor < 77) {
      contract.shows('does not know the type of schemas yet', async (subject) => {
        expect(await subject.client.assertions.types()).not.toContain('confdb-schema');
      });
      return;
    }

    contract.shows('needs the flag, the schema and a custodian', async (subject) => {
      await subject.change(subject.client.conf.set('system', { 'experimental.confdb': true }));
      expect(await subject.refusal('GET', VIEW)).toMatchObject({ status: 400, kind: 'assertion-not-found' });
      await subject.client.assertions.add(NETWORK_SCHEMA);
      expect(await subject.refusal('PUT', VIEW, { json: { values: { ssid: 'lab' } } })).toEqual({
        status: 500,
        message: 'cannot write confdb view developer1/network/wifi-admin: no custodian snap connected',
      });
      const sent = subject.client.sideload.install([labFile('lab-custodian_1.snap')], { dangerous: true });
      expect(await subject.change(sent)).toMatchObject({ status: 'Done' });
      const json = {
        action: 'connect',
        plugs: [{ snap: 'lab-custodian', plug: 'wifi' }],
        slots: [{ snap: 'snapd', slot: 'confdb' }],
      };
      expect(await subject.changeOf('POST', '/v2/interfaces', { json })).toMatchObject({ status: 'Done' });
    });

    contract.proves(
      [`client: PUT /v2/confdb/{account}/{schema}/{view}`, `client: GET /v2/confdb/{account}/{schema}/{view}`],
      'writes through a view and reads back, each by a change',
      async (subject) => {
        const { confdb } = subject.client;
        expect(await subject.change(confdb.set(view, { ssid: 'lab', 'private.a': 'b' }))).toMatchObject({
          ...{ kind: 'set-confdb', summary: 'Set confdb through "developer1/network/wifi-admin"', status: 'Done' },
        });
        expect(await subject.change(confdb.get(view))).toMatchObject({
          ...{ kind: 'get-confdb', summary: 'Get confdb through "developer1/network/wifi-admin"', status: 'Done' },
          data: { values: { private: { a: 'b' }, ssid: 'lab' } },
        });
      },
    );

    contract.proves('read: GET /v2/confdb/{account}/{schema}/{view}', 'is read', async (subject) => {
      expect(await subject.read(`${VIEW}?keys=ssid`)).toEqual({ values: { ssid: 'lab' } });
      expect(await subject.read(`${VIEW}?keys=routes`)).toMatchObject({ error: { kind: 'option-not-found' } });
    });

    contract.proves(
      'operation: PUT /v2/confdb/{account}/{schema}/{view}',
      'writes through the catalogue',
      async (subject) => {
        const operated = await subject.operate('set-confdb', { ...view, values: { ssid: 'other' } });
        expect(operated).toMatchObject({ change: { status: 'Done' }, verdict: { kind: 'verified' } });
        expect(await subject.read(`${VIEW}?keys=ssid`)).toEqual({ values: { ssid: 'other' } });
      },
    );
  },
  'core',
);
