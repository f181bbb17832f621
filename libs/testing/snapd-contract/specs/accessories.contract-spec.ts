import { describeContract } from '../contract';
import { proveRefused } from './refused';

describeContract('accessories', (contract) => {
  contract.proves(
    ['client: GET /v2/accessories/themes', 'read: GET /v2/accessories/themes'],
    'knows the state of no themes',
    async (subject) => {
      const none = { 'gtk-themes': {}, 'icon-themes': {}, 'sound-themes': {} };
      expect(await subject.client.themes.status({})).toEqual(none);
      expect(await subject.read('/v2/accessories/themes')).toEqual(none);
    },
  );

  proveRefused(contract, [
    {
      ...{ row: 'POST /v2/accessories/themes install', ask: (client) => client.themes.install({ gtk: ['x'] }) },
      operation: ['install-themes', { 'gtk-themes': ['x'] }],
      words:
        'cannot get theme status: Get "http://no..store/v2/snaps/info/gtk-theme-x?architecture=amd64&fields=channel-map": dial tcp: lookup no..store: no such host',
    },
    {
      ...{ row: 'GET /v2/accessories/changes/{id}', ask: (client) => client.themes.change('1') },
      ...{ read: '/v2/accessories/changes/1', words: 'cannot find change with id "1"' },
    },
  ]);
});
