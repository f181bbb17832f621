import { describeContract } from '../contract';
import { labFile } from '../subjects/lab-files';
import { done, tasksOf } from '../subjects/shown';
import type { Subject } from '../subjects/subject';

const HELLO = '/v2/snaps/lab-hello';
const shown = (subject: Subject): Promise<unknown> => subject.client.snaps.get('lab-hello');

/** What a change of one snap tells of itself. */
const change = (action: string, summary: string): object => ({
  ...{ kind: `${action}-snap`, summary, status: 'Done', ready: true, data: { 'snap-names': ['lab-hello'] } },
});

describeContract('actions on one snap', (contract) => {
  contract.proves('client: POST /v2/snaps/{name} disable', 'disables a snap', async (subject) => {
    const ended = await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'disable' }));
    expect(ended).toMatchObject(change('disable', 'Disable "lab-hello" snap'));
    expect(tasksOf(ended)).toEqual(done('stop-snap-services', 'remove-aliases', 'unlink-snap', 'remove-profiles'));
    expect(ended.tasks?.map(({ summary }) => summary)).toEqual([
      'Stop snap "lab-hello" (x1) services',
      'Remove aliases for snap "lab-hello"',
      'Make snap "lab-hello" (x1) unavailable to the system',
      'Remove security profiles of snap "lab-hello"',
    ]);
    expect(await shown(subject)).toMatchObject({ status: 'installed' });
    const named = await subject.client.snaps.list({ snaps: ['lab-hello'] });
    expect(named.map(({ status }) => status)).toEqual(['installed']);
    const enabled = await subject.client.snaps.list({ select: 'enabled' });
    expect(enabled.map(({ name }) => name)).toContain('lab-hello');
  });

  contract.proves('client: POST /v2/snaps/{name} enable', 'enables it again', async (subject) => {
    const ended = await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'enable' }));
    expect(ended).toMatchObject(change('enable', 'Enable "lab-hello" snap'));
    const kinds = [
      'prepare-snap',
      'setup-profiles',
      'link-snap',
      'setup-aliases',
      'start-snap-services',
      'auto-connect',
    ];
    expect(tasksOf(ended)).toEqual(done(...kinds, ...(subject.minor >= 75 ? ['setup-profiles'] : [])));
    expect(ended.tasks?.[2]?.log).toEqual([expect.stringMatching(/ INFO added auto-connect task$/)]);
    expect(await shown(subject)).toMatchObject({ status: 'active' });
  });

  contract.proves(
    ['operation: POST /v2/snaps/{name} disable', 'operation: POST /v2/snaps/{name} enable'],
    'disables and enables through the catalogue',
    async (subject) => {
      for (const [name, status] of [
        ['disable', 'installed'],
        ['enable', 'active'],
      ] as const) {
        expect(await subject.operate(name, { snap: 'lab-hello' })).toMatchObject({
          ...{ change: { status: 'Done' }, verdict: { kind: 'verified' } },
        });
        expect(await shown(subject)).toMatchObject({ status });
      }
    },
  );

  contract.proves('client: POST /v2/snaps/{name} switch', 'switches the channel it follows', async (subject) => {
    const ended = await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'switch', channel: 'edge' }));
    expect(ended).toMatchObject(change('switch', 'Switch "lab-hello" snap to channel "edge"'));
    expect(ended.tasks).toMatchObject([
      { kind: 'switch-snap', summary: 'Switch snap "lab-hello" to channel "edge"', status: 'Done' },
    ]);
    expect(await shown(subject)).toMatchObject({ 'tracking-channel': 'latest/edge', channel: '' });
  });

  contract.proves(
    ['client: POST /v2/snaps/{name} hold', 'client: POST /v2/snaps/{name} unhold'],
    'holds refreshes of a snap, at once and without a task',
    async (subject) => {
      const hold = { action: 'hold', time: 'forever', 'hold-level': 'general' } as const;
      const held = await subject.change(subject.client.snaps.actOn('lab-hello', hold));
      expect(held).toMatchObject(change('hold', 'Hold general refreshes for "lab-hello"'));
      expect(held).not.toHaveProperty('tasks');
      expect(await shown(subject)).toMatchObject({ hold: expect.stringMatching(/^2\d{3}-/) });
      const unheld = await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'unhold' }));
      expect(unheld).toMatchObject(change('unhold', 'Remove refresh hold on "lab-hello"'));
      expect(unheld).not.toHaveProperty('tasks');
      expect(await shown(subject)).not.toHaveProperty('hold');
    },
  );

  contract.proves('raw: POST /v2/snaps/{name} hold', 'shows a hold that has a time', async (subject) => {
    const time = '2030-01-02T03:04:05Z';
    const question = { json: { action: 'hold', time, 'hold-level': 'auto-refresh' } };
    expect(await subject.changeOf('POST', HELLO, question)).toMatchObject(
      change('hold', 'Hold auto-refreshes for "lab-hello"'),
    );
    expect(await shown(subject)).toMatchObject({ hold: expect.stringMatching(/^2030-01-02T03:04:05/) });
    await subject.changeOf('POST', HELLO, { json: { action: 'unhold' } });
  });

  contract.proves('client: POST /v2/snaps/{name} revert', 'reverts to the revision before', async (subject) => {
    const files = [labFile('lab-hello_2.snap')];
    await subject.change(subject.client.sideload.install(files, { dangerous: true }));
    expect(await shown(subject)).toMatchObject({ revision: 'x2', version: '2' });
    const ended = await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'revert' }));
    expect(ended).toMatchObject(change('revert', 'Revert "lab-hello" snap'));
    const newer = subject.minor >= 75;
    expect(tasksOf(ended)).toEqual(
      done(
        ...['prerequisites', 'prepare-snap', ...(newer ? ['prerequisites'] : []), 'stop-snap-services'],
        ...['remove-aliases', 'unlink-current-snap', 'setup-profiles', 'link-snap', 'auto-connect'],
        ...['set-auto-aliases', 'setup-aliases', 'start-snap-services', 'run-hook', 'run-hook'],
        ...(newer ? ['setup-profiles'] : []),
      ),
    );
    expect(await shown(subject)).toMatchObject({ revision: 'x1', version: '1' });
    const revisions = await subject.client.snaps.list({ select: 'all', snaps: ['lab-hello'] });
    expect(revisions.map(({ revision, status }) => `${revision} ${status}`).sort()).toEqual([
      'x1 active',
      'x2 installed',
    ]);
  });

  contract.proves('operation: POST /v2/snaps/{name} revert', 'reverts through the catalogue', async (subject) => {
    const operated = await subject.operate('revert', { snap: 'lab-hello', revision: 'x2' });
    expect(operated).toMatchObject({ change: { status: 'Done' }, verdict: { kind: 'verified' } });
    expect(await shown(subject)).toMatchObject({ revision: 'x2' });
  });

  contract.proves('client: POST /v2/snaps/{name} refresh', 'refreshes to a revision it still has', async (subject) => {
    await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'revert', revision: 'x1' }));
    const ended = await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'refresh', revision: 'x2' }));
    expect(ended).toMatchObject(change('refresh', 'Refresh "lab-hello" snap'));
    expect(tasksOf(ended).slice(0, 2)).toEqual(done('prerequisites', 'prepare-snap'));
    expect(tasksOf(ended)).toContain('check-rerefresh Done');
    expect(await shown(subject)).toMatchObject({ revision: 'x2' });
  });

  contract.proves('raw: POST /v2/snaps/{name} refresh', 'refreshes no snap from a file by itself', async (subject) => {
    expect(await subject.refusal('POST', HELLO, { json: { action: 'refresh' } })).toEqual({
      ...{ status: 400, message: 'cannot perform operation on local snap', kind: 'snap-local', value: '' },
    });
  });

  contract.proves(
    'operation: POST /v2/snaps/{name} remove',
    'removes a revision through the catalogue',
    async (subject) => {
      await subject.change(subject.client.sideload.install([labFile('lab-hello_1.snap')], { dangerous: true }));
      const all = await subject.client.snaps.list({ select: 'all', snaps: ['lab-hello'] });
      const revision = all.find(({ status }) => status === 'installed')?.revision;
      expect(await subject.operate('remove', { snaps: ['lab-hello'], revision })).toMatchObject({
        ...{ change: { status: 'Done' }, verdict: { kind: 'verified' } },
      });
    },
  );

  contract.proves('client: POST /v2/snaps/{name} remove', 'removes one revision, then the snap', async (subject) => {
    const revisions = async (): Promise<string[]> =>
      (await subject.client.snaps.list({ select: 'all', snaps: ['lab-hello'] })).map(({ revision }) => revision).sort();
    const files = [labFile('lab-hello_1.snap')];
    await subject.change(subject.client.sideload.install(files, { dangerous: true }));
    const [old = '', current] = await revisions();
    const one = await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'remove', revision: old }));
    expect(one).toMatchObject(change('remove', 'Remove "lab-hello" snap'));
    expect(tasksOf(one)).toEqual(done('clear-snap', 'discard-snap'));
    expect(await revisions()).toEqual([current]);
    const all = await subject.change(subject.client.snaps.actOn('lab-hello', { action: 'remove', purge: true }));
    expect(tasksOf(all)).toEqual(
      done(
        ...['stop-snap-services', 'run-hook', 'auto-disconnect', 'remove-aliases', 'unlink-snap', 'remove-profiles'],
        ...['clear-snap', 'discard-snap'],
      ),
    );
    expect(await revisions()).toEqual([]);
  });
});

describeContract('refused actions on one snap', (contract) => {
  const refusals: [object, string, object][] = [
    [{ action: 'nope' }, HELLO, { status: 400, message: 'unknown action nope' }],
    [
      { action: 'refresh' },
      '/v2/snaps/nope',
      { status: 400, message: 'cannot refresh "nope": snap "nope" is not installed' },
    ],
    [
      { action: 'revert' },
      '/v2/snaps/nope',
      { status: 400, message: 'cannot revert "nope": no revision to revert to' },
    ],
    [{ action: 'revert' }, HELLO, { status: 400, message: 'cannot revert "lab-hello": no revision to revert to' }],
    [
      { action: 'hold', time: 'forever', 'hold-level': 'general' },
      '/v2/snaps/nope',
      { status: 400, message: 'cannot hold "nope": snap "nope" is not installed' },
    ],
    [
      { action: 'remove' },
      '/v2/snaps/core24',
      {
        status: 400,
        message: 'cannot remove "core24": snap "core24" is not removable: snap is being used by snap lab-hello.',
      },
    ],
    [
      { action: 'remove' },
      '/v2/snaps/snapd',
      { status: 400, message: 'cannot remove "snapd": snap "snapd" is not removable: remove all other snaps first' },
    ],
    [
      { action: 'install', channel: 'a/b/c/d' },
      '/v2/snaps/hello',
      { status: 400, message: 'channel name has too many components: a/b/c/d' },
    ],
    [
      { action: 'install', revision: 'zz' },
      '/v2/snaps/hello',
      { status: 400, message: 'cannot decode request body into snap instruction: invalid snap revision: "\\"zz\\""' },
    ],
  ];
  for (const [json, path, error] of refusals) {
    contract.shows(`refuses ${JSON.stringify(json)} on ${path}`, async (subject) => {
      expect(await subject.refusal('POST', path, { json })).toEqual(error);
    });
  }

  for (const action of ['remove', 'enable', 'disable', 'switch'])
    contract.shows(`behaviour 13: refuses to ${action} what is not installed`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/snaps/nope', { json: { action, channel: 'edge' } })).toEqual({
        ...{ status: 400, message: 'snap "nope" is not installed', kind: 'snap-not-installed', value: 'nope' },
      });
    });

  contract.shows('behaviour 12: refuses to install what is installed', async (subject) => {
    expect(await subject.refusal('POST', HELLO, { json: { action: 'install' } })).toEqual({
      ...{ status: 400, message: 'snap "lab-hello" is already installed', kind: 'snap-already-installed' },
      value: subject.minor >= 75 ? { snaps: ['lab-hello'] } : 'lab-hello',
    });
  });

  contract.shows('behaviour 15: refuses a second change of a busy snap, and no other', async (subject) => {
    const { changeId } = await subject.client.conf.set('lab-hello', { sleep: 2 });
    expect(await subject.refusal('POST', HELLO, { json: { action: 'remove' } })).toEqual({
      ...{ status: 409, message: 'snap "lab-hello" has "configure-snap" change in progress' },
      ...{ kind: 'snap-change-conflict', value: { 'change-kind': 'configure-snap', 'snap-name': 'lab-hello' } },
    });
    const other = await subject.changeOf('PUT', '/v2/snaps/system/conf', { json: { 'refresh.retain': 3 } });
    expect(other).toMatchObject({ status: 'Done' });
    expect(await subject.ended(changeId)).toMatchObject({ status: 'Done' });
  });

  const noStore = 'Post "http://no..store/v2/snaps/refresh": dial tcp: lookup no..store: no such host';
  contract.refuses(
    ['client: POST /v2/snaps/{name} install'],
    `cannot install "hello": ${noStore}`,
    'installs nothing without a store',
    async (subject) => {
      await expect(subject.client.snaps.actOn('hello', { action: 'install' })).rejects.toMatchObject({ status: 400 });
    },
  );
});
