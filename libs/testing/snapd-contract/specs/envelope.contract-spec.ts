import { describeContract } from '../contract';

describeContract('the envelope', (contract) => {
  contract.shows('behaviour 1: wraps what is done at once', async (subject) => {
    const { status, headers, body } = await subject.ask('GET', '/v2/quotas');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toMatchObject({ type: 'sync', 'status-code': 200, status: 'OK', result: [] });
  });

  contract.shows('behaviour 2: wraps what becomes a change', async (subject) => {
    const answer = await subject.ask('POST', '/v2/snaps', { json: { action: 'refresh' } });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      ...{ type: 'async', 'status-code': 202, status: 'Accepted', result: null },
      change: expect.stringMatching(/^\d+$/),
    });
  });

  for (const path of ['/v2/nope', '/v3/snaps', '/v2/snaps/', '/v2'])
    contract.shows(`behaviour 3: knows nothing of ${path}`, async (subject) => {
      expect((await subject.ask('GET', path)).body).toEqual({
        ...{ type: 'error', 'status-code': 404, status: 'Not Found', result: { message: 'not found' } },
      });
    });

  for (const [method, path] of [
    ['DELETE', '/v2/snaps'],
    ['DELETE', '/v2/changes/1'],
    ['PUT', '/v2/changes/1'],
    ['GET', '/v2/cohorts'],
    ['POST', '/v2/validation-sets'],
  ] as const)
    contract.shows(`behaviour 4: has no ${method} of ${path}`, async (subject) => {
      expect((await subject.ask(method, path)).body).toEqual({
        ...{ type: 'error', 'status-code': 405, status: 'Method Not Allowed' },
        result: { message: `method "${method}" not allowed` },
      });
    });

  contract.shows('redirects a path with two slashes', async (subject) => {
    expect(await subject.ask('GET', '//v2/snaps')).toMatchObject({ status: 301, headers: { location: '/v2/snaps' } });
  });
});

describeContract('a user without rights', (contract) => {
  const open = ['/v2/system-info', '/v2/snaps', '/v2/changes', '/v2/notices', '/v2/connections'];
  for (const path of [...open, '/v2/quotas', '/v2/aliases', '/v2/snapshots', '/v2/warnings', '/v2/interfaces'])
    contract.shows(`may read ${path}`, async (subject) => {
      expect((await subject.ask('GET', path, {}, 'nobody')).body).toMatchObject({ type: 'sync' });
    });

  const denied: [number, 'GET' | 'PUT' | 'POST', string][] = [
    [401, 'GET', '/v2/snaps/system/conf'],
    [401, 'GET', '/v2/systems'],
    [401, 'GET', '/v2/validation-sets'],
    [401, 'GET', '/v2/logs'],
    [401, 'PUT', '/v2/snaps/system/conf'],
    [401, 'POST', '/v2/snaps'],
    [401, 'POST', '/v2/snaps/lab-hello'],
    [401, 'POST', '/v2/changes/1'],
    [401, 'POST', '/v2/apps'],
    [401, 'POST', '/v2/aliases'],
    [401, 'POST', '/v2/interfaces'],
    [401, 'POST', '/v2/snapshots'],
    [401, 'POST', '/v2/assertions'],
    [401, 'POST', '/v2/warnings'],
    [401, 'POST', '/v2/cohorts'],
    [401, 'POST', '/v2/validation-sets/acme/base'],
    [403, 'POST', '/v2/systems'],
    [403, 'GET', '/v2/systems/20260101'],
    [403, 'POST', '/v2/quotas'],
    [403, 'POST', '/v2/model'],
    [403, 'GET', '/v2/users'],
    [403, 'POST', '/v2/users'],
    [403, 'POST', '/v2/debug'],
    [403, 'GET', '/v2/system-recovery-keys'],
  ];
  for (const [status, method, path] of denied)
    contract.shows(`behaviour 5: is refused ${method} ${path} with ${status}`, async (subject) => {
      const question = method === 'GET' ? {} : { json: { action: 'nope' } };
      expect(await subject.refusal(method, path, question, 'nobody')).toEqual({
        ...{ status, message: 'access denied', kind: 'login-required' },
      });
    });

  contract.shows('may not ask for the notices of others', async (subject) => {
    expect(await subject.refusal('GET', '/v2/notices?users=all', {}, 'nobody')).toMatchObject({ status: 403 });
  });
});

describeContract('restarts', (contract) => {
  contract.shows('behaviour 10: a restart of the daemon ends polls, and changes go on', async (subject) => {
    const { changeId } = await subject.client.conf.set('lab-hello', { colour: 'red' });
    await subject.ended(changeId);
    const poll = subject.ask('GET', '/v2/notices?after=2999-01-01T00:00:00Z&timeout=60s').then(
      ({ status, body }) => ({ status, result: body.result }),
      () => 'cut',
    );
    await subject.ask('GET', '/v2/changes');
    const boot = await subject.backend.bootId();
    await subject.backend.restartDaemon();
    expect(['cut', { status: 500, result: { message: 'request canceled' } }]).toContainEqual(await poll);
    expect(await subject.backend.bootId()).toBe(boot);
    expect(await subject.client.changes.get(changeId)).toMatchObject({ id: changeId, status: 'Done' });
  });
});
