import { readFile } from 'node:fs/promises';
import { proveRefused } from './refused';
import { describeContract } from '../contract';
import { labFile } from '../subjects/lab-files';
import type { Subject } from '../subjects/subject';

/** lab-hello as a list shows it; 2.68 leaves an empty grade out, and shows links that are none. */
const hello = ({ minor }: Subject): object => ({
  ...{ id: '', name: 'lab-hello', summary: 'Lab hello', description: 'app, services and hooks' },
  ...{ version: '1', revision: 'x1', channel: '', developer: '', status: 'active', type: 'app', base: 'core24' },
  ...(minor >= 75 ? { grade: '' } : { links: null }),
  ...{ confinement: 'strict', private: false, devmode: false, jailmode: false, contact: '' },
  ...{ 'ignore-validation': false, 'installed-size': 4096 },
});

describeContract('snaps', (contract) => {
  contract.proves('client: GET /v2/snaps', 'lists the installed snaps', async (subject) => {
    const snaps = await subject.client.snaps.list();
    expect(snaps.map(({ name }) => name).sort()).toEqual(['core24', 'lab-hello', 'snapd']);
    expect(snaps.find(({ name }) => name === 'lab-hello')).toMatchObject(hello(subject));
    const some = await subject.client.snaps.list({ select: 'all', snaps: ['snapd', 'nope'] });
    expect(some).toMatchObject([{ name: 'snapd', type: 'snapd', revision: 'x1', version: '0-lab', status: 'active' }]);
  });

  contract.proves('raw: GET /v2/snaps', 'says where the list is from, and knows four selections', async (subject) => {
    expect((await subject.ask('GET', '/v2/snaps')).body).toMatchObject({ type: 'sync', sources: ['local'] });
    expect((await subject.ask('GET', '/v2/snaps?select=refresh-inhibited')).body.result).toEqual([]);
    const message = "invalid select parameter: '\\x00'";
    expect(await subject.refusal('GET', '/v2/snaps?select=nope')).toEqual({ status: 400, message });
  });

  contract.proves('read: GET /v2/snaps', 'reads the list', async (subject) => {
    expect(await subject.read('/v2/snaps?snaps=lab-hello')).toMatchObject([hello(subject)]);
  });

  contract.proves(['client: GET /v2/snaps/{name}', 'read: GET /v2/snaps/{name}'], 'shows a snap', async (subject) => {
    const snap = await subject.client.snaps.get('lab-hello');
    expect(snap).toMatchObject({
      ...hello(subject),
      'install-date': expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      'mounted-from': expect.stringMatching(/\/lab-hello_x1\.snap$/),
      apps: [
        { snap: 'lab-hello', name: 'hello' },
        { snap: 'lab-hello', name: 'once', daemon: 'oneshot', 'daemon-scope': 'system', enabled: true },
        { snap: 'lab-hello', name: 'svc', daemon: 'simple', 'daemon-scope': 'system', enabled: true, active: true },
        { snap: 'lab-hello', name: 'tick', daemon: 'oneshot', 'daemon-scope': 'system', enabled: true },
      ],
    });
    expect(await subject.read('/v2/snaps/lab-hello')).toEqual(snap);
  });

  contract.proves('raw: GET /v2/snaps/{name}', 'knows nothing of a snap that is not there', async (subject) => {
    expect(await subject.refusal('GET', '/v2/snaps/nope')).toEqual({
      ...{ status: 404, message: 'snap not installed', kind: 'snap-not-found', value: 'nope' },
    });
    expect(await subject.refusal('GET', '/v2/snaps/')).toEqual({ status: 404, message: 'not found' });
  });

  contract.proves('client: GET /v2/snaps/{name}/file', 'hands the file of a snap out', async (subject) => {
    const file = await subject.client.snaps.file('lab-hello');
    const bytes = await readFile(labFile('lab-hello_1.snap').path);
    expect(file).toMatchObject({
      ...{ filename: 'lab-hello_x1.snap', contentType: 'application/vnd.snap', sizeBytes: bytes.length },
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.content) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  contract.proves('raw: GET /v2/snaps/{name}/file', 'has no file of a snap that is not there', async (subject) => {
    expect(await subject.refusal('GET', '/v2/snaps/nope/file')).toMatchObject({
      ...{ status: 404, kind: 'snap-not-found', value: 'nope' },
    });
  });

  contract.proves('read: GET /v2/snaps/{name}/file', 'reads the file into an artifact', async (subject) => {
    const reference = (await subject.read('/v2/snaps/lab-hello/file')) as { sha256: string };
    const bytes = await readFile(labFile('lab-hello_1.snap').path);
    expect(subject.artifacts.bytes(reference).equals(bytes)).toBe(true);
  });

  proveRefused(contract, [
    {
      ...{ row: 'GET /v2/icons/{name}/icon', ask: (client) => client.icons.get('lab-hello') },
      ...{ read: '/v2/icons/lab-hello/icon', words: 'local snap has no icon' },
    },
  ]);
});
