import { describeContract } from '../contract';
import type { Subject } from '../subjects/subject';

const sets = async (subject: Subject): Promise<number[]> => (await subject.client.snapshots.list()).map(({ id }) => id);

async function exported(subject: Subject, set: number): Promise<Buffer> {
  const file = await subject.client.snapshots.export(set);
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

describeContract('snapshots', (contract) => {
  const SAVE = { action: 'snapshot', snaps: ['lab-hello'] } as const;

  contract.proves(['client: GET /v2/snapshots', 'read: GET /v2/snapshots'], 'lists sets', async (subject) => {
    expect(await subject.client.snapshots.list()).toEqual([]);
    await subject.change(subject.client.snaps.act({ ...SAVE, snaps: [...SAVE.snaps] }));
    const [set] = await subject.client.snapshots.list({ set: 1 });
    expect(set).toEqual({
      id: 1,
      snapshots: [
        {
          ...{ set: 1, snap: 'lab-hello', revision: 'x1', version: '1', summary: '', size: expect.any(Number) },
          ...{ epoch: { read: [0], write: [0] }, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
          'sha3-384': { 'archive.tgz': expect.stringMatching(/^[0-9a-f]{96}$/), 'user/root.tgz': expect.any(String) },
        },
      ],
    });
    expect(await subject.read('/v2/snapshots?set=1')).toEqual([set]);
    expect(await subject.client.snapshots.list({ set: 99 })).toEqual([]);
  });

  const actions = [
    ['check', 'check-snapshot', 'Check of snapshot set #1', ['Check data of snap "lab-hello" in snapshot set #1']],
    [
      'restore',
      'restore-snapshot',
      'Restore of snapshot set #1',
      ['Restore data of snap "lab-hello" from snapshot set #1', 'Cleanup after restore from snapshot set #1'],
    ],
  ] as const;
  for (const [action, kind, summary, tasks] of actions)
    contract.proves(`client: POST /v2/snapshots ${action}`, `${action}s a set`, async (subject) => {
      const ended = await subject.change(subject.client.snapshots.act({ action, set: 1 }));
      expect(ended).toMatchObject({ kind, summary, status: 'Done', data: { 'snap-names': ['lab-hello'] } });
      expect(ended.tasks?.map((task) => task.summary)).toEqual(tasks);
    });

  contract.proves('client: POST /v2/snapshots restore', 'brings configuration back', async (subject) => {
    await subject.change(subject.client.conf.set('lab-hello', { colour: 'red' }));
    const { result, changeId } = await subject.client.snaps.act({ ...SAVE, snaps: [...SAVE.snaps] });
    await subject.ended(changeId);
    await subject.change(subject.client.conf.set('lab-hello', { colour: 'blue' }));
    const { 'set-id': set } = result as { 'set-id': number };
    await subject.change(subject.client.snapshots.act({ action: 'restore', set }));
    expect(await subject.client.conf.get('lab-hello', ['colour'])).toEqual({ colour: 'red' });
  });

  contract.proves('client: GET /v2/snapshots/{id}/export', 'exports a set', async (subject) => {
    const file = await subject.client.snapshots.export(1);
    expect(file).toMatchObject({ contentType: 'application/x.snapd.snapshot', sizeBytes: expect.any(Number) });
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.content) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toHaveLength(file.sizeBytes ?? 0);
  });

  contract.proves('raw: GET /v2/snapshots/{id}/export', 'exports as what it is', async (subject) => {
    const { headers } = await subject.ask('GET', '/v2/snapshots/1/export');
    expect(headers).toMatchObject({ 'content-type': 'application/x.snapd.snapshot' });
    expect(await subject.refusal('GET', '/v2/snapshots/99/export')).toEqual({
      ...{ status: 400, message: 'cannot export 99: no snapshot data found for 99' },
    });
  });

  contract.proves('read: GET /v2/snapshots/{id}/export', 'exports into an artifact', async (subject) => {
    const reference = (await subject.read('/v2/snapshots/1/export')) as { sha256: string; size: number };
    const archive = await exported(subject, 1); // says when it was exported
    expect(subject.artifacts.bytes(reference).length).toBe(archive.length);
    expect(subject.artifacts.bytes(reference).subarray(0, 12).equals(archive.subarray(0, 12))).toBe(true);
  });

  contract.proves('client: POST /v2/snapshots import', 'imports a set under another number', async (subject) => {
    const archive = await exported(subject, 1);
    await subject.change(subject.client.snapshots.act({ action: 'forget', set: 1 }));
    const imported = await subject.client.snapshots.import(inPieces(archive), archive.length);
    expect(imported).toEqual({ 'set-id': expect.any(Number), snaps: ['lab-hello'] });
    expect(await sets(subject)).toContain(imported['set-id']);
  });

  contract.proves('client: POST /v2/snapshots forget', 'forgets a set', async (subject) => {
    const [set = 0] = await sets(subject);
    const ended = await subject.change(subject.client.snapshots.act({ action: 'forget', set }));
    expect(ended).toMatchObject({ kind: 'forget-snapshot', summary: `Forget of snapshot set #${set}`, status: 'Done' });
    expect(ended.tasks).toMatchObject([
      { kind: 'forget-snapshot', summary: `Drop data of snap "lab-hello" from snapshot set #${set}` },
    ]);
    expect(await sets(subject)).not.toContain(set);
  });

  contract.proves(
    [
      ...(['check', 'restore', 'import', 'forget'] as const).map(
        (action) => `operation: POST /v2/snapshots ${action}` as const,
      ),
      'operation: POST /v2/snaps snapshot',
    ],
    'saves, checks, restores, imports and forgets through the catalogue',
    async (subject) => {
      const done = { change: { status: 'Done' }, verdict: { kind: 'verified' } };
      const known = await sets(subject);
      expect(await subject.operate('save-snapshot', { snaps: ['lab-hello'] })).toMatchObject(done);
      const set = (await sets(subject)).find((id) => !known.includes(id)) ?? 0;
      expect(await subject.operate('check-snapshot', { set })).toMatchObject(done);
      expect(await subject.operate('restore-snapshot', { set })).toMatchObject(done);
      const file = await subject.read(`/v2/snapshots/${set}/export`);
      expect(await subject.operate('forget-snapshot', { set })).toMatchObject(done);
      expect(await subject.operate('import-snapshot', { file })).toMatchObject({ verdict: { kind: 'verified' } });
    },
  );

  const refusals: [object, object][] = [
    [
      { action: 'check', set: 99 },
      { status: 404, message: 'no snapshot set with the given ID' },
    ],
    [
      { action: 'forget', set: 99 },
      { status: 404, message: 'no snapshot set with the given ID' },
    ],
    [{ action: 'forget' }, { status: 400, message: 'snapshot operation requires snapshot set ID' }],
    [
      { action: 'nope', set: 1 },
      { status: 400, message: 'unknown snapshot operation "nope"' },
    ],
  ];
  for (const [json, refusal] of refusals)
    contract.shows(`refuses ${JSON.stringify(json)}`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/snapshots', { json })).toEqual(refusal);
    });

  contract.proves('raw: POST /v2/snapshots import', 'imports no other file', async (subject) => {
    const headers = { 'content-type': 'application/x.snapd.snapshot', 'content-length': '7' };
    const { status, message } = await subject.refusal('POST', '/v2/snapshots', { body: 'garbage', headers });
    expect([status, message]).toEqual([
      400,
      expect.stringMatching(/^cannot import snapshot \d+: cannot read snapshot import: unexpected EOF$/),
    ]);
  });
});
