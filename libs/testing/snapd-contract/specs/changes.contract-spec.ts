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
    const ids = changes.map((change) => Number(change.id));
    expect(ids).toContain(Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
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

  contract.proves(['read: GET /v2/changes', 'read: GET /v2/changes/{id}'], 'reads changes', async (subject) => {
    const { changeId } = await subject.client.conf.set('system', { 'refresh.retain': 5 });
    const change = await subject.ended(changeId);
    expect(await subject.read(`/v2/changes/${changeId}`)).toEqual(change);
    expect(await subject.read('/v2/changes?select=ready')).toContainEqual(change);
  });
});
