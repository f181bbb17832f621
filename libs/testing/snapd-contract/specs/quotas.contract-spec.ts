import { describeContract } from '../contract';

const LAB = { 'group-name': 'lab', snaps: ['lab-hello'], constraints: { memory: 67108864 } };

describeContract('quota groups', (contract) => {
  contract.proves('client: POST /v2/quotas ensure', 'makes a group', async (subject) => {
    const ended = await subject.change(subject.client.quotas.ensure(LAB));
    expect(ended).toMatchObject({ kind: 'quota-control', summary: 'Create quota group', status: 'Done', ready: true });
    expect(ended.tasks).toMatchObject([
      { kind: 'quota-control', summary: 'Create quota group "lab"', data: { 'affected-snaps': ['lab-hello'] } },
      { kind: 'service-control', summary: 'Restarting services for snap "lab-hello"' },
    ]);
  });

  contract.proves(['client: GET /v2/quotas/{group}', 'read: GET /v2/quotas/{group}'], 'shows it', async (subject) => {
    const group = await subject.client.quotas.get('lab');
    expect(group).toMatchObject(LAB);
    expect(await subject.read('/v2/quotas/lab')).toEqual(group);
  });

  contract.proves(['client: GET /v2/quotas', 'read: GET /v2/quotas'], 'lists groups', async (subject) => {
    const groups = await subject.client.quotas.list();
    expect(groups).toMatchObject([LAB]);
    expect(await subject.read('/v2/quotas')).toEqual(groups);
  });

  contract.proves('client: POST /v2/quotas ensure', 'changes its limits', async (subject) => {
    const constraints = { memory: 134217728, threads: 64 };
    const ended = await subject.change(subject.client.quotas.ensure({ 'group-name': 'lab', constraints }));
    expect(ended).toMatchObject({ kind: 'quota-control', summary: 'Update quota group', status: 'Done' });
    expect(ended.tasks).toMatchObject([{ kind: 'quota-control', summary: 'Update quota group "lab"' }]);
    expect(await subject.client.quotas.get('lab')).toMatchObject({ snaps: ['lab-hello'], constraints });
  });

  contract.proves('client: POST /v2/quotas remove', 'removes it', async (subject) => {
    const ended = await subject.change(subject.client.quotas.remove('lab'));
    expect(ended).toMatchObject({ kind: 'quota-control', summary: 'Remove quota group', status: 'Done' });
    expect(ended.tasks).toMatchObject([
      { kind: 'quota-control', summary: 'Remove quota group "lab"' },
      { kind: 'service-control', summary: 'Restarting services for snap "lab-hello"' },
    ]);
    expect(await subject.client.quotas.list()).toEqual([]);
  });

  contract.proves(
    ['operation: POST /v2/quotas ensure', 'operation: POST /v2/quotas remove'],
    'makes and removes a group through the catalogue',
    async (subject) => {
      const done = { change: { status: 'Done' }, verdict: { kind: 'verified' } };
      expect(await subject.operate('ensure-quota', LAB)).toMatchObject(done);
      expect(await subject.operate('remove-quota', { 'group-name': 'lab' })).toMatchObject(done);
    },
  );

  contract.proves('raw: GET /v2/quotas/{group}', 'knows no other group', async (subject) => {
    expect(await subject.refusal('GET', '/v2/quotas/nope')).toEqual({
      ...{ status: 404, message: 'cannot find quota group "nope"' },
    });
  });

  const refusals: [object, string][] = [
    [
      { action: 'ensure', 'group-name': 'Bad_Name', constraints: LAB.constraints },
      'invalid quota group name: contains invalid characters (valid names start with a letter and are otherwise alphanumeric with dashes)',
    ],
    [
      { action: 'remove', 'group-name': 'nope' },
      'cannot remove quota group: cannot remove non-existent quota group "nope"',
    ],
    [{ action: 'nope' }, 'invalid quota group name: must not be empty'],
  ];
  for (const [json, message] of refusals)
    contract.shows(`refuses ${JSON.stringify(json)}`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/quotas', { json })).toEqual({ status: 400, message });
    });
});
