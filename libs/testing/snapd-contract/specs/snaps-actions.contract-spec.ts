import { describeContract } from '../contract';
import { labFile } from '../subjects/lab-files';
import { done, tasksOf } from '../subjects/shown';
import type { Subject } from '../subjects/subject';

const noStore = 'Post "http://no..store/v2/snaps/refresh": dial tcp: lookup no..store: no such host';
const FOREVER = { time: 'forever', 'hold-level': 'auto-refresh' } as const;

const held = async (subject: Subject): Promise<unknown> => {
  const { refresh } = await subject.client.conf.get('system');
  return (refresh as { hold?: string } | undefined)?.hold;
};

describeContract('actions on several snaps', (contract) => {
  contract.proves(
    'client: POST /v2/snaps refresh',
    'behaviour 14: a refresh without updates is Done',
    async (subject) => {
      const ended = await subject.change(subject.client.snaps.act({ action: 'refresh', snaps: ['lab-hello'] }));
      expect(ended).toMatchObject({
        ...{ kind: 'refresh-snap', summary: 'Refresh snaps "lab-hello": no updates', status: 'Done', ready: true },
      });
      expect(ended).not.toHaveProperty('tasks');
      expect(ended).not.toHaveProperty('data');
    },
  );

  contract.proves('client: POST /v2/snaps refresh all', 'refreshes all there are', async (subject) => {
    const ended = await subject.change(subject.client.snaps.act({ action: 'refresh' }));
    expect(ended).toMatchObject({
      ...{ kind: 'refresh-snap', summary: 'Refresh all snaps: no updates', status: 'Done', ready: true },
    });
    expect(ended).not.toHaveProperty('tasks');
  });

  contract.proves(
    ['operation: POST /v2/snaps refresh', 'operation: POST /v2/snaps refresh all'],
    'refreshes through the catalogue',
    async (subject) => {
      for (const parameters of [{ snaps: ['lab-hello', 'core24'] }, {}])
        expect(await subject.operate('refresh', parameters)).toMatchObject({
          ...{ change: { kind: 'refresh-snap', status: 'Done' }, verdict: { kind: 'verified' } },
        });
    },
  );

  contract.proves(
    ['client: POST /v2/snaps hold', 'client: POST /v2/snaps unhold'],
    'holds refreshes of some',
    async (subject) => {
      const snaps = ['lab-hello', 'core24'];
      const hold = await subject.change(subject.client.snaps.act({ action: 'hold', snaps, ...FOREVER }));
      expect(hold).toMatchObject({
        ...{ kind: 'hold-snap', summary: 'Hold auto-refreshes for "lab-hello", "core24"', status: 'Done' },
        data: { 'snap-names': snaps },
      });
      expect(hold).not.toHaveProperty('tasks');
      expect(await subject.client.snaps.get('core24')).toHaveProperty('hold');
      const unhold = await subject.change(subject.client.snaps.act({ action: 'unhold', snaps }));
      expect(unhold).toMatchObject({
        ...{ kind: 'unhold-snap', summary: 'Remove refresh hold on "lab-hello", "core24"', status: 'Done' },
      });
      expect(await subject.client.snaps.get('core24')).not.toHaveProperty('hold');
    },
  );

  contract.proves(
    ['client: POST /v2/snaps hold all', 'client: POST /v2/snaps unhold all'],
    'holds all auto-refreshes, by configuration of the system',
    async (subject) => {
      const hold = await subject.change(subject.client.snaps.act({ action: 'hold', ...FOREVER }));
      expect(hold).toMatchObject({ kind: 'hold-snap', summary: 'Hold auto-refreshes for all snaps', status: 'Done' });
      expect(hold.tasks).toMatchObject([
        { kind: 'run-hook', summary: 'Run configure hook of "core" snap', status: 'Done' },
      ]);
      expect(await held(subject)).toBe('forever');
      const unhold = await subject.change(subject.client.snaps.act({ action: 'unhold' }));
      expect(unhold).toMatchObject({
        ...{ kind: 'unhold-snap', summary: 'Remove auto-refresh hold on all snaps', status: 'Done' },
      });
      expect(await held(subject)).not.toBe('forever');
    },
  );

  contract.proves(
    ['operation: POST /v2/snaps hold', 'operation: POST /v2/snaps unhold'],
    'holds and unholds some through the catalogue',
    async (subject) => {
      const snaps = ['lab-hello', 'core24'];
      const hold = await subject.operate('hold', { snaps, time: 'forever', 'hold-level': 'general' });
      expect(hold).toMatchObject({ change: { status: 'Done' }, verdict: { kind: 'verified' } });
      const unhold = await subject.operate('unhold', { snaps });
      expect(unhold).toMatchObject({ change: { status: 'Done' }, verdict: { kind: 'verified' } });
    },
  );

  contract.proves(
    ['operation: POST /v2/snaps hold all', 'operation: POST /v2/snaps unhold all'],
    'holds and unholds all through the catalogue',
    async (subject) => {
      const hold = await subject.operate('hold', FOREVER);
      expect(hold).toMatchObject({ change: { status: 'Done' }, verdict: { kind: 'verified' } });
      const unhold = await subject.operate('unhold', {});
      expect(unhold).toMatchObject({ change: { status: 'Done' }, verdict: { kind: 'verified' } });
    },
  );

  contract.proves('client: POST /v2/snaps snapshot', 'saves the data of snaps in one set', async (subject) => {
    const answer = await subject.client.snaps.act({ action: 'snapshot', snaps: ['lab-hello'] });
    expect(answer.result).toEqual({ 'set-id': 1 });
    const ended = await subject.ended(answer.changeId);
    expect(ended).toMatchObject({ kind: 'snapshot-snap', summary: 'Snapshot snaps "lab-hello"', status: 'Done' });
    expect(ended.tasks).toMatchObject([
      { kind: 'save-snapshot', summary: 'Save data of snap "lab-hello" in snapshot set #1', status: 'Done' },
    ]);
    expect(await subject.client.snapshots.list()).toMatchObject([
      { id: 1, snapshots: [{ set: 1, snap: 'lab-hello' }] },
    ]);
  });

  contract.proves('client: POST /v2/snaps snapshot all', 'saves the data of all snaps', async (subject) => {
    const answer = await subject.client.snaps.act({ action: 'snapshot' });
    expect(answer.result).toEqual({ 'set-id': 2 });
    expect(await subject.ended(answer.changeId)).toMatchObject({
      ...{ kind: 'snapshot-snap', summary: 'Snapshot all snaps', status: 'Done' },
      data: { 'snap-names': ['core24', 'lab-hello', 'snapd'] },
    });
  });

  contract.proves('operation: POST /v2/snaps snapshot all', 'saves all through the catalogue', async (subject) => {
    expect(await subject.operate('save-snapshot', {})).toMatchObject({
      ...{ change: { status: 'Done' }, verdict: { kind: 'verified' } },
    });
  });

  contract.proves(
    'client: POST /v2/snaps remove',
    'behaviour 13: removes what there is of several',
    async (subject) => {
      const files = [labFile('lab-noop_1.snap')];
      await subject.change(subject.client.sideload.install(files, { dangerous: true }));
      const ended = await subject.change(subject.client.snaps.act({ action: 'remove', snaps: ['lab-noop', 'nope'] }));
      expect(ended).toMatchObject({
        ...{ kind: 'remove-snap', summary: 'Remove snaps "lab-noop", "nope"', status: 'Done', ready: true },
        data: { 'snap-names': ['lab-noop'] },
      });
      expect(tasksOf(ended)).toEqual(
        done(
          ...['stop-snap-services', 'run-hook', 'auto-disconnect', 'save-snapshot', 'remove-aliases', 'unlink-snap'],
          ...['remove-profiles', 'clear-snap', 'discard-snap'],
        ),
      );
      const nothing = await subject.change(subject.client.snaps.act({ action: 'remove', snaps: ['lab-noop'] }));
      expect(nothing).toMatchObject({ kind: 'remove-snap', summary: 'Remove snap "lab-noop"', status: 'Done' });
      expect(nothing).not.toHaveProperty('tasks');
    },
  );

  contract.proves('operation: POST /v2/snaps remove', 'removes through the catalogue', async (subject) => {
    const files = [labFile('lab-noop_1.snap')];
    await subject.change(subject.client.sideload.install(files, { dangerous: true }));
    expect(await subject.operate('remove', { snaps: ['lab-noop', 'lab-hello'] })).toMatchObject({
      ...{ change: { kind: 'remove-snap', status: 'Done' }, verdict: { kind: 'verified' } },
    });
    expect((await subject.client.snaps.list()).map(({ name }) => name).sort()).toEqual(['core24', 'snapd']);
  });

  contract.refuses(
    'client: POST /v2/snaps install',
    `cannot install "hello", "world": ${noStore}`,
    'installs nothing without a store',
    async (subject) => {
      await expect(subject.client.snaps.act({ action: 'install', snaps: ['hello', 'world'] })).rejects.toMatchObject({
        ...{ status: 400, kind: undefined },
      });
    },
  );

  contract.refuses(
    'client: POST /v2/snaps refresh to validation sets',
    `cannot refresh: ${noStore}`,
    'fetches no validation set without a store',
    async (subject) => {
      const asked = subject.client.snaps.act({ action: 'refresh', 'validation-sets': ['acme/base=1'] });
      await expect(asked).rejects.toMatchObject({ status: 400, kind: undefined });
    },
  );
});

const behaviourOf = (message: string): string => {
  if (message.startsWith('unsupported multi-snap')) return 'behaviour 20: ';
  return message.startsWith('unsupported option') ? 'behaviour 21: ' : '';
};

describeContract('refused actions on several snaps', (contract) => {
  const refusals: [unknown, string][] = [
    [{ action: 'revert', snaps: ['lab-hello'] }, 'unsupported multi-snap operation "revert"'],
    [{ action: 'enable', snaps: ['lab-hello'] }, 'unsupported multi-snap operation "enable"'],
    [{ action: 'disable', snaps: ['lab-hello'] }, 'unsupported multi-snap operation "disable"'],
    [{ action: 'switch', snaps: ['lab-hello'] }, 'unsupported multi-snap operation "switch"'],
    [{}, 'unsupported multi-snap operation ""'],
    [
      { action: 'refresh', snaps: ['lab-hello'], channel: 'edge' },
      'unsupported option provided for multi-snap operation',
    ],
    [{ action: 'install' }, 'cannot install: cannot install zero snaps'],
    [{ action: 'remove' }, 'cannot remove: cannot remove zero snaps'],
    [
      { action: 'install', snaps: ['Bad Name'] },
      'cannot install "Bad Name": invalid instance name: invalid snap name: "Bad Name"',
    ],
    [{ action: 'refresh', snaps: ['nope'] }, 'cannot refresh "nope": snap "nope" is not installed'],
    [{ action: 'hold', snaps: ['nope'], ...FOREVER }, 'cannot hold "nope": snap "nope" is not installed'],
    [{ action: 'hold', time: 'forever' }, 'hold action requires a non-empty hold-level value'],
    [{ action: 'hold', 'hold-level': 'general' }, 'hold action requires a non-empty time value'],
    [
      { action: 'hold', time: 'forever', 'hold-level': 'nope' },
      'hold action requires hold-level to be either "auto-refresh" or "general"',
    ],
    [
      { action: 'hold', time: 'forever', 'hold-level': 'general' },
      'cannot hold: holding general refreshes for all snaps is not supported',
    ],
    [
      { action: 'hold', time: 'x', 'hold-level': 'auto-refresh' },
      'hold action requires time to be "forever" or in RFC3339 format: parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
    ],
    [{ action: 'install', snaps: ['hello'], transaction: 'nope' }, 'invalid value for transaction type: nope'],
    [
      { action: 'remove', snaps: ['hello'], transaction: 'all-snaps' },
      'transaction type is unsupported for "remove" actions',
    ],
    [
      { action: 'refresh', snaps: ['lab-hello'], 'validation-sets': ['a/b'] },
      'cannot refresh "lab-hello": snap names cannot be specified with validation sets to enforce',
    ],
  ];
  for (const [json, message] of refusals)
    contract.shows(`${behaviourOf(message)}refuses ${JSON.stringify(json)}`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/snaps', { json })).toEqual({ status: 400, message });
    });

  const bodies: [Record<string, string>, string, string][] = [
    [{}, '{"action":"refresh"}', 'cannot parse content type: mime: no media type'],
    [{ 'content-type': 'text/plain' }, 'x', 'unknown content type: text/plain'],
    [{ 'content-type': 'application/json' }, '{', 'cannot decode request body into snap instruction: unexpected EOF'],
    [
      { 'content-type': 'application/json; charset=latin1' },
      '{"action":"nope"}',
      'unknown charset in content type: application/json; charset=latin1',
    ],
    [
      { 'content-type': 'application/json; charset=utf-8' },
      '{"action":"nope"}',
      'unsupported multi-snap operation "nope"',
    ],
    [{ 'content-type': 'multipart/form-data' }, 'x', 'cannot read POST form: multipart: boundary is empty'],
  ];
  for (const [headers, body, message] of bodies)
    contract.shows(`reads ${body} of type ${headers['content-type'] ?? 'none'} in its way`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/snaps', { headers, body })).toEqual({ status: 400, message });
    });

  contract.shows('unholds what is not installed, and is Done', async (subject) => {
    const ended = await subject.changeOf('POST', '/v2/snaps', { json: { action: 'unhold', snaps: ['nope'] } });
    expect(ended).toMatchObject({ summary: 'Remove refresh hold on "nope"', status: 'Done' });
  });
});
