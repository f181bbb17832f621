import { describeContract } from '../contract';
import type { Subject } from '../subjects/subject';

/** A change that ends in Error: snapd's own hook refuses the value. */
const badRetain = { 'refresh.retain': 99 };

describeContract('changes', (contract) => {
  const setSystem = (subject: Subject, values: Record<string, unknown>): Promise<string> =>
    subject.client.conf.set('system', values).then(({ changeId }) => changeId);

  contract.proves('client: GET /v2/changes', 'lists the changes of the device by rising id', async (subject) => {
    const id = await setSystem(subject, { 'refresh.retain': 3 });
    await subject.ended(id);
    const changes = await subject.client.changes.list({ select: 'all' });
    expect(changes[0]).toMatchObject({ id: '1', kind: 'seed', summary: 'Initialize system state', status: 'Done' });
    const ids = changes.map((change) => Number(change.id));
    expect(ids).toContain(Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  contract.proves('raw: GET /v2/changes', 'behaviour 26: lists by default what is under way', async (subject) => {
    const list = async (query: string): Promise<unknown> =>
      (await subject.ask('GET', `/v2/changes${query}`)).body.result;
    const kinds = async (query: string) => ((await list(query)) as { kind: string }[]).map(({ kind }) => kind);
    expect(await kinds('')).not.toContain('seed');
    expect(await kinds('?select=in-progress')).not.toContain('seed');
    expect(await kinds('?select=ready')).toContain('seed');
    expect(await subject.ask('GET', '/v2/changes?select=nope')).toMatchObject({
      status: 400,
      body: { result: { message: 'select should be one of: all,in-progress,ready' } },
    });
  });

  contract.proves('client: GET /v2/changes', 'lists the changes that name a snap', async (subject) => {
    const changes = await subject.client.changes.list({ select: 'all', for: 'lab-hello' });
    expect(changes).toMatchObject([{ kind: 'install-snap', data: { 'snap-names': ['lab-hello'] }, status: 'Done' }]);
    expect(await subject.client.changes.list({ select: 'all', for: 'nope' })).toEqual([]);
  });

  contract.proves('client: GET /v2/changes/{id}', 'shows a change with its tasks', async (subject) => {
    const id = await setSystem(subject, { 'refresh.retain': 4 });
    await subject.ended(id);
    expect(await subject.client.changes.get(id)).toEqual({
      id,
      kind: 'configure-snap',
      summary: 'Change configuration of "core" snap',
      status: 'Done',
      ready: true,
      'spawn-time': expect.any(String),
      'ready-time': expect.any(String),
      tasks: [
        {
          id: expect.stringMatching(/^\d+$/),
          kind: 'run-hook',
          summary: 'Run configure hook of "core" snap',
          status: 'Done',
          progress: { label: '', done: 1, total: 1 },
          'spawn-time': expect.any(String),
          'ready-time': expect.any(String),
        },
      ],
    });
  });

  contract.proves('client: GET /v2/changes/{id}', 'behaviour 23: tells why a task failed', async (subject) => {
    const id = await setSystem(subject, badRetain);
    const why = 'run hook "configure": retain must be a number between 2 and 20, not "99"';
    expect(await subject.ended(id)).toMatchObject({
      status: 'Error',
      ready: true,
      err: `cannot perform the following tasks:\n- Run configure hook of "core" snap (${why})`,
      tasks: [{ status: 'Error', log: [expect.stringMatching(/^\S+ ERROR /)] }],
    });
    expect((await subject.client.changes.get(id)).tasks?.[0]?.log?.[0]).toContain(why);
  });

  contract.proves('client: GET /v2/changes/{id}', 'knows nothing of a change that never was', async (subject) => {
    for (const id of ['999999', 'abc'])
      await expect(subject.client.changes.get(id)).rejects.toMatchObject({
        status: 404,
        kind: undefined,
        message: expect.stringContaining(`cannot find change with id "${id}"`),
      });
  });

  contract.proves('client: POST /v2/changes/{id} abort', 'behaviour 25: aborts what is under way', async (subject) => {
    const { changeId } = await subject.client.conf.set('lab-hello', { sleep: 20 });
    await subject.reaches(changeId, ({ tasks }) => tasks?.[0]?.status === 'Doing', 'the hook to run');
    const flagged = await subject.client.changes.abort(changeId);
    expect(flagged).toMatchObject({ id: changeId, status: 'Abort', ready: false, tasks: [{ status: 'Abort' }] });
    const { status, err } = await subject.ended(changeId);
    expect(status).toBe('Error');
    expect(err).toContain('<aborted>');
  });

  contract.proves('operation: POST /v2/changes/{id} abort', 'aborts through the catalogue', async (subject) => {
    const { changeId } = await subject.client.conf.set('lab-hello', { sleep: 20 });
    await subject.reaches(changeId, ({ tasks }) => tasks?.[0]?.status === 'Doing', 'the hook to run');
    const { change, verdict } = await subject.operate('abort-change', { change: changeId });
    expect(change).toMatchObject({ id: changeId, status: 'Error' });
    expect(verdict).toMatchObject({ kind: 'verified' });
  });

  contract.proves('raw: POST /v2/changes/{id} abort', 'aborts nothing that is ready', async (subject) => {
    const answer = await subject.ask('POST', '/v2/changes/1', { json: { action: 'abort' } });
    expect(answer).toMatchObject({
      status: 400,
      body: { result: { message: 'cannot abort change 1 with nothing pending' } },
    });
  });

  contract.shows('takes no other action on a change', async (subject) => {
    const refused = async (path: string, question: object): Promise<unknown> => {
      const { status, body } = await subject.ask('POST', path, question);
      return { status, result: body.result };
    };
    const refusals: [object, string][] = [
      [{ json: { action: 'nope' } }, 'change action "nope" is unsupported'],
      [{ json: {} }, 'change action "" is unsupported'],
      [{ body: '{' }, 'cannot decode data from request body: unexpected EOF'],
      [{ body: '' }, 'cannot decode data from request body: EOF'],
      [{ body: '{"action":"abort"} x' }, 'cannot abort change 1 with nothing pending'],
    ];
    for (const [question, message] of refusals)
      expect(await refused('/v2/changes/1', question)).toEqual({ status: 400, result: { message } });
    expect(await refused('/v2/changes/999999', { json: { action: 'abort' } })).toEqual({
      status: 404,
      result: { message: 'cannot find change with id "999999"' },
    });
  });

  contract.proves(['read: GET /v2/changes', 'read: GET /v2/changes/{id}'], 'reads changes', async (subject) => {
    const { changeId } = await subject.client.conf.set('system', { 'refresh.retain': 5 });
    const change = await subject.ended(changeId);
    expect(await subject.read(`/v2/changes/${changeId}`)).toEqual(change);
    expect(await subject.read('/v2/changes?select=ready')).toContainEqual(change);
  });
});
