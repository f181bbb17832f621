import { describeContract } from '../contract';
import { proveRefused } from './refused';

const view = { account: 'acme', schema: 'net', view: 'wifi' };
const words = `feature flag "confdb" is disabled: set 'experimental.confdb' to true`;
const old = `"confdbs" feature flag is disabled: set 'experimental.confdbs' to true`;

describeContract('confdb', (contract) => {
  proveRefused(contract, [
    {
      ...{ row: 'GET /v2/confdb/{account}/{schema}/{view}', words, old },
      ...{ ask: (client) => client.confdb.get(view, { keys: ['ssid'] }), read: '/v2/confdb/acme/net/wifi?keys=ssid' },
    },
    {
      ...{ row: 'PUT /v2/confdb/{account}/{schema}/{view}', words, old },
      ask: (client) => client.confdb.set(view, { ssid: 'x' }),
    },
    {
      ...{ row: 'POST /v2/confdb delegate', words, old: 'not found' },
      ask: (client) => client.confdb.delegate({ 'operator-id': 'acme', authentications: ['store'], views: ['a/b/c'] }),
    },
    {
      ...{ row: 'POST /v2/confdb undelegate', words, old: 'not found' },
      ask: (client) => client.confdb.undelegate({ 'operator-id': 'acme' }),
    },
  ]);
});
