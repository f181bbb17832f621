import { describeContract } from '../contract';
import { labFile } from '../subjects/lab-files';

const OPTION = { kind: 'option-not-found' };

describeContract('configuration', (contract) => {
  contract.proves('client: PUT /v2/snaps/{name}/conf', 'sets values once the change is Done', async (subject) => {
    const ended = await subject.change(subject.client.conf.set('lab-hello', { 'a.b': 1, c: [true] }));
    expect(ended).toMatchObject({
      ...{ kind: 'configure-snap', summary: 'Change configuration of "lab-hello" snap', status: 'Done' },
    });
    expect(ended).not.toHaveProperty('data');
    expect(ended.tasks).toMatchObject([{ kind: 'run-hook', summary: 'Run configure hook of "lab-hello" snap' }]);
    expect(await subject.client.conf.get('lab-hello')).toEqual({ a: { b: 1 }, c: [true] });
  });

  contract.proves(
    ['client: GET /v2/snaps/{name}/conf', 'read: GET /v2/snaps/{name}/conf'],
    'reads the document, or keys under the names they were asked by',
    async (subject) => {
      expect(await subject.client.conf.get('lab-hello', ['a.b', 'c'])).toEqual({ 'a.b': 1, c: [true] });
      expect(await subject.read('/v2/snaps/lab-hello/conf?keys=a.b')).toEqual({ 'a.b': 1 });
      expect(await subject.client.conf.get('system', ['seed.loaded'])).toEqual({ 'seed.loaded': true });
      expect(await subject.client.conf.get('core')).toEqual(await subject.client.conf.get('system'));
    },
  );

  contract.proves('client: PUT /v2/snaps/{name}/conf', 'unsets with null', async (subject) => {
    await subject.change(subject.client.conf.set('lab-hello', { a: null }));
    expect(await subject.client.conf.get('lab-hello')).toEqual({ c: [true] });
  });

  contract.proves('client: PUT /v2/snaps/{name}/conf', 'keeps the old values when the hook fails', async (subject) => {
    const ended = await subject.change(subject.client.conf.set('lab-hello', { fail: true, c: 'new' }));
    expect(ended).toMatchObject({
      status: 'Error',
      err: expect.stringMatching(
        /^cannot perform the following tasks:\n- Run configure hook of "lab-hello" snap \(run hook "configure": /,
      ),
    });
    expect(ended.err).toContain('lab: told to fail');
    expect(await subject.client.conf.get('lab-hello')).toEqual({ c: [true] });
  });

  contract.proves('client: PUT /v2/snaps/{name}/conf', 'needs a hook, which it finds late', async (subject) => {
    await subject.change(subject.client.sideload.install([labFile('lab-noop_1.snap')], { dangerous: true }));
    const ended = await subject.change(subject.client.conf.set('lab-noop', { a: 1 }));
    expect(ended).toMatchObject({
      status: 'Error',
      err: 'cannot perform the following tasks:\n- Run configure hook of "lab-noop" snap (snap "lab-noop" has no "configure" hook)',
    });
  });

  contract.proves('operation: PUT /v2/snaps/{name}/conf', 'sets through the catalogue', async (subject) => {
    const operated = await subject.operate('set-configuration', { snap: 'system', values: { 'refresh.retain': 6 } });
    expect(operated).toMatchObject({ change: { status: 'Done' }, verdict: { kind: 'verified' } });
    expect(await subject.client.conf.get('system', ['refresh.retain'])).toEqual({ 'refresh.retain': 6 });
  });

  contract.proves(
    'raw: PUT /v2/snaps/{name}/conf',
    'refuses what is no object, and takes any type',
    async (subject) => {
      const path = '/v2/snaps/system/conf';
      expect(await subject.refusal('PUT', path, { body: '{' })).toEqual({
        ...{ status: 400, message: 'cannot decode request body into patch values: unexpected EOF' },
      });
      expect(await subject.refusal('PUT', '/v2/snaps/core24/conf', { json: { a: 1 } })).toEqual({
        ...{ status: 500, message: `cannot configure snap "core24" because it is of type 'base'` },
      });
      expect(await subject.refusal('PUT', '/v2/snaps/nope/conf', { json: { a: 1 } })).toEqual({
        ...{ status: 404, message: 'snap "nope" is not installed', kind: 'snap-not-found', value: 'nope' },
      });
      const headers = { 'content-type': 'text/plain' };
      expect(await subject.changeOf('PUT', path, { body: '{"refresh.retain": 4}', headers })).toMatchObject({
        status: 'Done',
      });
    },
  );

  const keys: [string, object][] = [
    [
      '/v2/snaps/system/conf?keys=nope',
      {
        ...{ status: 400, message: 'snap "core" has no "nope" configuration option', ...OPTION },
        value: { SnapName: 'core', Key: 'nope' },
      },
    ],
    [
      '/v2/snaps/nope/conf?keys=a',
      {
        ...{ status: 400, message: 'snap "nope" has no "a" configuration option', ...OPTION },
        value: { SnapName: 'nope', Key: 'a' },
      },
    ],
    ['/v2/snaps/system/conf?keys=Bad..Key', { status: 500, message: 'invalid option name: "Bad"' }],
  ];
  for (const [path, refusal] of keys)
    contract.proves('raw: GET /v2/snaps/{name}/conf', `refuses ${path}`, async (subject) => {
      expect(await subject.refusal('GET', path)).toEqual(refusal);
    });

  contract.proves('raw: GET /v2/snaps/{name}/conf', 'shows nothing of a snap that is not there', async (subject) => {
    expect((await subject.ask('GET', '/v2/snaps/nope/conf')).body).toMatchObject({ type: 'sync', result: {} });
  });

  const system: [object, string][] = [
    [{ 'refresh.retain': 99 }, 'run hook "configure": retain must be a number between 2 and 20, not "99"'],
    [{ 'Bad..Key': 1 }, 'invalid option name: "Bad"'],
    [{ 'no-such': 1 }, 'run hook "configure": cannot set "core.no-such": unsupported system option'],
  ];
  for (const [json, why] of system)
    contract.proves('raw: PUT /v2/snaps/{name}/conf', `ends in Error for ${JSON.stringify(json)}`, async (subject) => {
      expect(await subject.changeOf('PUT', '/v2/snaps/system/conf', { json })).toMatchObject({
        status: 'Error',
        err: `cannot perform the following tasks:\n- Run configure hook of "core" snap (${why})`,
      });
    });
});
