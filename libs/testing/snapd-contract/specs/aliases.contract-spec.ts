import { describeContract } from '../contract';
import type { Subject } from '../subjects/subject';

const LABHI = { snap: 'lab-hello', app: 'hello', alias: 'labhi' };
const shown = (subject: Subject): Promise<unknown> => subject.client.aliases.list();

describeContract('aliases', (contract) => {
  contract.proves('client: POST /v2/aliases alias', 'gives an app another command name', async (subject) => {
    const ended = await subject.change(subject.client.aliases.act({ action: 'alias', ...LABHI }));
    expect(ended).toMatchObject({
      ...{ kind: 'alias', summary: 'Setup alias "labhi" => "hello" for snap "lab-hello"', status: 'Done' },
      data: { 'aliases-added': [LABHI], 'aliases-removed': null },
    });
    expect(ended.tasks).toMatchObject([
      { kind: 'alias', summary: 'Setup manual alias "labhi" => "hello" for snap "lab-hello"', status: 'Done' },
    ]);
  });

  contract.proves(['client: GET /v2/aliases', 'read: GET /v2/aliases'], 'lists aliases', async (subject) => {
    const aliases = { 'lab-hello': { labhi: { command: 'lab-hello.hello', status: 'manual', manual: 'hello' } } };
    expect(await shown(subject)).toEqual(aliases);
    expect(await subject.read('/v2/aliases')).toEqual(aliases);
  });

  contract.proves('client: POST /v2/aliases prefer', 'prefers the aliases of a snap', async (subject) => {
    const ended = await subject.change(subject.client.aliases.act({ action: 'prefer', snap: 'lab-hello' }));
    expect(ended).toMatchObject({ kind: 'prefer', summary: 'Prefer aliases of snap "lab-hello"', status: 'Done' });
    expect(ended.tasks).toMatchObject([
      { kind: 'prefer-aliases', summary: 'Prefer aliases for snap "lab-hello"', status: 'Done' },
    ]);
  });

  contract.proves('client: POST /v2/aliases unalias', 'takes one away, or all of a snap', async (subject) => {
    const one = await subject.change(subject.client.aliases.act({ action: 'unalias', alias: 'labhi' }));
    expect(one).toMatchObject({
      ...{ kind: 'unalias', summary: 'Remove manual alias "labhi" for snap "lab-hello"', status: 'Done' },
      data: { 'aliases-added': null, 'aliases-removed': [LABHI] },
    });
    expect(await shown(subject)).toEqual({});
    const all = await subject.change(subject.client.aliases.act({ action: 'unalias', snap: 'lab-hello' }));
    expect(all).toMatchObject({ summary: 'Disable all aliases for snap "lab-hello"', status: 'Done' });
    expect(all.tasks).toMatchObject([{ kind: 'disable-aliases', summary: 'Disable aliases for snap "lab-hello"' }]);
  });

  contract.proves(
    ['operation: POST /v2/aliases alias', 'operation: POST /v2/aliases prefer', 'operation: POST /v2/aliases unalias'],
    'sets up, prefers and takes away through the catalogue',
    async (subject) => {
      const done = { change: { status: 'Done' }, verdict: { kind: 'verified' } };
      expect(await subject.operate('alias', LABHI)).toMatchObject(done);
      expect(await subject.operate('prefer-aliases', { snap: 'lab-hello' })).toMatchObject(done);
      expect(await subject.operate('unalias', { alias: 'labhi' })).toMatchObject(done);
      expect(await shown(subject)).toEqual({});
    },
  );

  contract.shows('ends in Error for an app that is not there', async (subject) => {
    const json = { action: 'alias', snap: 'lab-hello', app: 'nope', alias: 'labhi' };
    const why = 'cannot enable alias "labhi" for "lab-hello", target application "nope" does not exist';
    expect(await subject.changeOf('POST', '/v2/aliases', { json })).toMatchObject({
      status: 'Error',
      err: `cannot perform the following tasks:\n- Setup manual alias "labhi" => "nope" for snap "lab-hello" (${why})`,
    });
  });

  const refusals: [object, object][] = [
    [
      { action: 'alias', snap: 'nope', app: 'x', alias: 'y' },
      { status: 400, message: 'snap "nope" is not installed', kind: 'snap-not-installed', value: 'nope' },
    ],
    [
      { action: 'alias', snap: 'lab-hello', app: 'hello', alias: 'lab hi' },
      { status: 400, message: 'invalid alias name: "lab hi"' },
    ],
    [
      { action: 'unalias', alias: 'nope' },
      { status: 400, message: 'cannot find manual alias "nope" in any snap' },
    ],
    [{ action: 'nope' }, { status: 400, message: 'unsupported alias action: "nope"' }],
  ];
  for (const [json, refusal] of refusals)
    contract.shows(`refuses ${JSON.stringify(json)}`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/aliases', { json })).toEqual(refusal);
    });
});
