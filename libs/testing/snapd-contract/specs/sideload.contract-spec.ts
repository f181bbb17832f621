import { describeContract } from '../contract';
import { labFile } from '../subjects/lab-files';
import { done, tasksOf } from '../subjects/shown';

const DANGEROUS = { dangerous: true };
const form = (fields: string): { body: string; headers: Record<string, string> } => ({
  body: fields,
  headers: { 'content-type': 'multipart/form-data; boundary=b' },
});

describeContract('sideloading', (contract) => {
  contract.proves('client: POST /v2/snaps sideload one', 'installs a snap from a file', async (subject) => {
    const ended = await subject.change(subject.client.sideload.install([labFile('lab-noop_1.snap')], DANGEROUS));
    expect(ended).toMatchObject({
      ...{ kind: 'install-snap', summary: 'Install "lab-noop" snap from file "lab-noop_1.snap"', status: 'Done' },
      data: { 'snap-name': 'lab-noop', 'snap-names': ['lab-noop'] },
    });
    const newer = contract.minor >= 75;
    expect(tasksOf(ended).slice(0, newer ? 4 : 3)).toEqual(
      done('prerequisites', 'prepare-snap', ...(newer ? ['prerequisites'] : []), 'mount-snap'),
    );
    expect(await subject.client.snaps.get('lab-noop')).toMatchObject({ revision: 'x1', version: '1', base: 'none' });
  });

  contract.proves('client: POST /v2/snaps sideload several', 'installs several in one change', async (subject) => {
    const files = [labFile('lab-noop_1.snap'), labFile('lab-hello_2.snap')];
    const ended = await subject.change(subject.client.sideload.install(files, DANGEROUS));
    expect(ended).toMatchObject({
      ...{ kind: 'install-snap', status: 'Done', data: { 'snap-names': ['lab-noop', 'lab-hello'] } },
      summary: 'Install snaps "lab-noop", "lab-hello" from files "lab-noop_1.snap", "lab-hello_2.snap"',
    });
    expect(tasksOf(ended)).toContain('check-rerefresh Done');
    expect(await subject.client.snaps.get('lab-hello')).toMatchObject({ revision: 'x2', version: '2' });
  });

  contract.proves(
    ['operation: POST /v2/snaps sideload one', 'operation: POST /v2/snaps sideload several'],
    'installs files of the server through the catalogue',
    async (subject) => {
      const ok = { change: { status: 'Done' }, verdict: { kind: 'verified' } };
      const one = await subject.artifacts.put('lab-noop_1.snap');
      const other = await subject.artifacts.put('lab-hello_1.snap');
      expect(await subject.operate('sideload', { files: [one] })).toMatchObject(ok);
      expect(await subject.operate('sideload', { files: [one, other] })).toMatchObject(ok);
      expect(await subject.client.snaps.get('lab-hello')).toMatchObject({ version: '1' });
    },
  );

  const PARTS = 'lab-parts_1.snap';
  const EXTRA = 'lab-parts+extra_1.comp';

  contract.proves('client: POST /v2/snaps sideload a component', 'installs a component of a snap', async (subject) => {
    await expect(subject.client.sideload.install([labFile(EXTRA)], DANGEROUS)).rejects.toMatchObject({
      ...{ status: 400, kind: 'snap-not-installed', value: 'lab-parts' },
      message: 'snap owning "lab-parts+extra" not installed',
    });
    await subject.change(subject.client.sideload.install([labFile(PARTS)], DANGEROUS));
    const ended = await subject.change(subject.client.sideload.install([labFile(EXTRA)], DANGEROUS));
    expect(ended).toMatchObject({
      ...{ kind: 'install-component', status: 'Done', data: { components: { 'lab-parts': ['extra'] } } },
      summary: `Install "extra" component for "lab-parts" snap from file "${EXTRA}"`,
    });
    expect((await subject.client.snaps.get('lab-parts')).components).toMatchObject([
      { name: 'extra', type: 'standard', version: '1.0', revision: 'x1' },
    ]);
  });

  contract.proves(
    'operation: POST /v2/snaps sideload a component',
    'installs it through the catalogue',
    async (subject) => {
      await subject.change(subject.client.snaps.actOn('lab-parts', { action: 'remove', purge: true }));
      const files = [await subject.artifacts.put(PARTS), await subject.artifacts.put(EXTRA)];
      expect(await subject.operate('sideload', { files })).toMatchObject({
        ...{ change: { kind: 'install-snap', status: 'Done' }, verdict: { kind: 'verified' } },
      });
      expect((await subject.client.snaps.get('lab-parts')).components).toMatchObject([{ name: 'extra' }]);
    },
  );

  contract.shows('behaviour 23: undoes the install of a snap whose hook fails', async (subject) => {
    const { changeId } = await subject.client.sideload.install([labFile('lab-broken_1.snap')], DANGEROUS);
    const ended = await subject.ended(changeId);
    expect(ended.status).toBe('Error');
    expect(ended.err).toMatch(
      /^cannot perform the following tasks:\n- Run configure hook of "lab-broken" snap if present \(/,
    );
    expect(ended.err).toContain('configure says no');
    const shown = tasksOf(ended);
    expect(shown).toContain('run-hook Error');
    expect(shown).toContain('link-snap Undone');
    expect(shown).toContain('prerequisites Done');
    expect(shown).toContain('run-hook Hold');
    await expect(subject.client.snaps.get('lab-broken')).rejects.toMatchObject({ status: 404 });
  });

  contract.shows('behaviour 25: an aborted install ends in Error, and leaves nothing', async (subject) => {
    const { changeId } = await subject.client.sideload.install([labFile('lab-slow_1.snap')], DANGEROUS);
    const inHook = ({ tasks = [] }: { tasks?: { kind: string; status: string }[] }): boolean =>
      tasks.some(({ kind, status }) => kind === 'run-hook' && status === 'Doing');
    await subject.reaches(changeId, inHook, 'the install hook to run');
    expect(await subject.client.changes.abort(changeId)).toMatchObject({ ready: false });
    expect(await subject.ended(changeId)).toMatchObject({ status: 'Error' });
    await expect(subject.client.snaps.get('lab-slow')).rejects.toMatchObject({ status: 404 });
  });

  contract.refuses(
    'client: POST /v2/snaps try',
    'cannot try "/no/such": not a snap directory',
    'tries no folder that is not there',
    async (subject) => {
      await expect(subject.client.sideload.try('/no/such')).rejects.toMatchObject({ status: 400 });
    },
  );

  contract.shows('needs signatures, or to be told that it is dangerous', async (subject) => {
    const asked = subject.client.sideload.install([labFile('lab-noop_1.snap')]);
    await expect(asked).rejects.toMatchObject({
      ...{ status: 400, message: 'cannot find signatures with metadata for snap/component "lab-noop_1.snap"' },
    });
  });

  const refusals: [string, string, string][] = [
    [
      'a form without a file',
      '--b\r\nContent-Disposition: form-data; name="dangerous"\r\n\r\ntrue\r\n--b--\r\n',
      'cannot find "snap" file field in provided multipart/form-data payload',
    ],
    [
      'a try without a folder',
      '--b\r\nContent-Disposition: form-data; name="action"\r\n\r\ntry\r\n--b--\r\n',
      "need 'snap-path' value in form",
    ],
  ];
  for (const [what, body, message] of refusals)
    contract.shows(`refuses ${what}`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/snaps', form(body))).toEqual({ status: 400, message });
    });
});
