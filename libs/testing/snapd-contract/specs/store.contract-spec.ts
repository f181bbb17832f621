import { describeContract } from '../contract';
import type { Subject } from '../subjects/subject';
import { isReal } from '../subjects/which';
import { proveRefused } from './refused';

const lookup = 'dial tcp: lookup no..store: no such host';

/** The lab's snapd has to ask a proxy that is not there, so that it never reaches the real store. */
const loginRefusal = ({ id }: Subject): string => {
  const host = isReal(id) ? 'proxyconnect tcp: dial tcp: lookup no..proxy' : 'dial tcp: lookup dashboard.snapcraft.io';
  const url = 'https://dashboard.snapcraft.io/dev/api/acl/';
  return `cannot get snap access permission from store: Post "${url}": ${host}: no such host`;
};

describeContract('the store out of reach', (contract) => {
  proveRefused(contract, [
    {
      ...{ row: 'GET /v2/sections', read: '/v2/sections', ask: (client) => client.store.sections() },
      words: `Get "http://no..store/api/v1/snaps/sections": ${lookup}`,
    },
    {
      ...{ row: 'GET /v2/categories', read: '/v2/categories', ask: (client) => client.store.categories() },
      words: `Get "http://no..store/v2/snaps/categories": ${lookup}`,
    },
    {
      ...{
        row: 'POST /v2/cohorts create',
        operation: ['create-cohorts', { snaps: ['hello'] }],
        ask: (client) => client.cohorts.create(['hello']),
      },
      words: `Post "http://no..store/v2/cohorts": ${lookup}`,
    },
    {
      ...{ row: 'POST /v2/download a snap', ask: (client) => client.downloads.start({ 'snap-name': 'hello' }) },
      words: `cannot download snap: Post "http://no..store/v2/snaps/refresh": ${lookup}`,
    },
    { row: 'POST /v2/logout of the store', ask: (client) => client.login.logout(), words: 'not logged in' },
  ]);

  contract.refuses('client: POST /v2/login to the store', loginRefusal, 'logs nobody in', async (subject) => {
    const asked = subject.client.login.login({ email: 'a@example.com', password: 'x' });
    await expect(asked).rejects.toMatchObject({ status: 401, kind: 'login-required' });
  });

  contract.proves('client: GET /v2/find', 'finds no refreshes of snaps from files', async (subject) => {
    expect(await subject.client.store.find({ select: 'refresh' })).toEqual([]);
    await expect(subject.client.store.find({ q: 'hello' })).rejects.toMatchObject({
      ...{ status: 400, kind: 'dns-failure', message: 'lookup no..store: no such host' },
    });
    await expect(subject.client.store.find({ q: 'a', name: 'b' })).rejects.toMatchObject({
      ...{ status: 400, message: "cannot use 'q' and 'name' together" },
    });
  });

  contract.proves('read: GET /v2/find', 'reads them', async (subject) => {
    expect(await subject.read('/v2/find?select=refresh')).toEqual([]);
  });

  contract.refuses('raw: GET /v2/buy/ready', 'you need to log in first', 'sells nothing', async (subject) => {
    expect(await subject.refusal('GET', '/v2/buy/ready')).toMatchObject({ status: 400, kind: 'login-required' });
  });

  contract.refuses(
    'raw: POST /v2/buy a snap',
    'cannot buy snap: invalid expected price',
    'buys nothing',
    async (subject) => {
      expect(await subject.refusal('POST', '/v2/buy', { json: { 'snap-id': 'x' } })).toMatchObject({ status: 500 });
    },
  );
});
