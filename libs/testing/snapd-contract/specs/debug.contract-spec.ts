import { describeContract } from '../contract';
import { rows } from '../rows';
import { isReal } from '../subjects/which';
import { proveRefused } from './refused';

describeContract('debug', (contract) => {
  contract.proves(
    [
      ...(['base-declaration', 'connectivity', 'model', 'seeding'] as const).flatMap(
        (aspect) => [`client: GET /v2/debug ${aspect}`, `read: GET /v2/debug ${aspect}`] as const,
      ),
    ],
    'shows aspects of the device',
    async (subject) => {
      const { client } = subject;
      expect(await client.debug.aspect('connectivity')).toEqual({ connectivity: false, unreachable: ['no..store'] });
      expect((await client.debug.aspect('model')).model).toMatch(/^type: model\n/);
      expect(await client.debug.aspect('seeding')).toMatchObject({ seeded: true });
      expect((await client.debug.aspect('base-declaration'))['base-declaration']).toMatch(/^type: base-declaration\n/);
      for (const aspect of ['base-declaration', 'connectivity', 'model', 'seeding'])
        expect(await subject.read(`/v2/debug?aspect=${aspect}`)).toBeDefined();
    },
  );

  contract.proves(
    ['client: GET /v2/debug change-timings', 'read: GET /v2/debug change-timings'],
    'times a change',
    async (subject) => {
      const { id } = await subject.change(subject.client.conf.set('lab-hello', { a: 1 }));
      const timings = await subject.client.debug.timings({ changeId: id });
      expect(timings).toMatchObject([{ 'change-id': id, 'change-timings': expect.any(Object) }]);
      expect(await subject.read(`/v2/debug?aspect=change-timings&change-id=${id}`)).toEqual(timings);
    },
  );

  contract.proves(['client: GET /v2/debug disks', 'read: GET /v2/debug disks'], 'lists disks', async (subject) => {
    expect(await subject.client.debug.disks()).toEqual([]);
    expect(await subject.read('/v2/debug?aspect=disks')).toEqual([]);
  });

  if (contract.minor >= 75) {
    contract.proves(
      ['client: GET /v2/debug features', 'read: GET /v2/debug features'],
      'has a row for every endpoint and action that snapd names',
      async (subject) => {
        const features = await subject.client.debug.aspect('features');
        expect(features.tasks).toContainEqual({ kind: 'link-snap', 'has-undo': true });
        // the simulator names no endpoints: what the real one names is the measure
        const { endpoints = [] } = features;
        expect(endpoints.length > 70).toBe(isReal(subject.id));
        const named = endpoints.flatMap(({ method, path = '', actions = [''] }) =>
          actions.map((action) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')} ${action}`.trim()),
        );
        const known = new Set(
          rows.flatMap(({ method, path, action }) => {
            const request = `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`;
            return [request, `${request} ${action}`];
          }),
        );
        expect(named.filter((request) => !known.has(request) && !NOT_ROWS.has(request))).toEqual([]);
        expect(await subject.read('/v2/debug?aspect=features')).toHaveProperty('tasks');
      },
    );
  } else
    proveRefused(contract, [
      {
        ...{ row: 'GET /v2/debug features', ask: (client) => client.debug.aspect('features') },
        words: 'unknown debug aspect "features"',
      },
    ]);

  contract.proves(
    [
      'client: POST /v2/debug add-warning',
      'client: POST /v2/debug unshow-warnings',
      'client: POST /v2/debug can-manage-refreshes',
      'client: POST /v2/debug prune',
      'client: POST /v2/debug stacktraces',
      'client: POST /v2/debug ensure-state-soon',
    ],
    'does what it is told',
    async ({ client }) => {
      await client.debug.addWarning('lab');
      await client.debug.unshowWarnings();
      await client.debug.ensureStateSoon();
      await client.debug.prune();
      expect(await client.debug.canManageRefreshes()).toBe(false);
      expect(await client.debug.stacktraces()).toMatch(/^goroutine /);
      expect((await client.warnings.list()).map(({ message }) => message)).toContain('lab');
    },
  );

  contract.proves(
    'operation: POST /v2/debug ensure-state-soon',
    'looks for work through the catalogue',
    async (subject) => {
      expect(await subject.operate('ensure-state-soon', {})).toMatchObject({ verdict: { kind: 'verified' } });
    },
  );

  proveRefused(contract, [
    {
      ...{ row: 'POST /v2/debug create-recovery-system', words: 'cannot create a recovery system with no label' },
      ask: (client) => client.debug.createRecoverySystem(''),
    },
    {
      ...{ row: 'POST /v2/debug migrate-home', words: 'no snaps were provided' },
      ask: (client) => client.debug.migrateHome([]),
    },
  ]);

  contract.proves('client: GET /v2/debug/pprof/{profile}', "shows Go's own profiles", async (subject) => {
    const { content } = await subject.client.debug.pprof('cmdline');
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toMatch(/\/usr\/lib\/snapd\/snapd$/);
  });
});

/** What snapd names twice or only refuses: older names of two checks, wrong routes, several snaps (behaviour 20). */
const NOT_ROWS = new Set([
  ...['check-passphrase', 'check-pin'].flatMap((action) => [
    `POST /v2/systems/{} ${action}`,
    `POST /v2/system-volumes ${action}`,
  ]),
  'POST /v2/systems install',
  'POST /v2/systems/{} create',
  'GET /v2/debug/pprof/',
  ...['revert', 'switch', 'enable', 'disable'].map((action) => `POST /v2/snaps ${action}`),
]);
