import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './errors';
import {
  askSnapd,
  buildSnaps,
  findSquashfs,
  labProcesses,
  sideloadForm,
  sleepingFile,
  startRecordingProxy,
  startSnapd,
  type LabSnaps,
  type Question,
  type SnapdLab,
  type SnapdSuite,
} from './index';

interface Change {
  id: string;
  status: string;
  ready: boolean;
  err?: string;
  tasks?: { kind: string; status: string }[];
}

// a graceful restart ended a running hook until 2.77, which waits for it
const suites: { suite: SnapdSuite; upstream: RegExp; afterGracefulRestart: string }[] = [
  { suite: 'trixie', upstream: /^2\.68\./, afterGracefulRestart: 'Error' },
  { suite: 'forky', upstream: /^2\.\d+/, afterGracefulRestart: 'Done' },
];

describe.each(suites)('snapd of Debian $suite', ({ suite, upstream, afterGracefulRestart }) => {
  let work: string;
  let lab: SnapdLab;
  let snaps: LabSnaps;

  beforeAll(async () => {
    work = await mkdtemp(path.join(tmpdir(), 'snapd-lab-'));
    snaps = await buildSnaps(path.join(work, 'snaps'), await findSquashfs());
    lab = await startSnapd({ suite, dir: path.join(work, 'lab') });
  }, 180_000);

  afterAll(async () => {
    await lab.stop();
    await rm(work, { recursive: true, force: true });
  }, 60_000);

  async function result<T>(url: string, question?: Question): Promise<T> {
    const { body } = await askSnapd(lab.socketPath, url, question);
    return (body as { result: T }).result;
  }

  async function accepted(url: string, question: Question, socketPath = lab.socketPath): Promise<string> {
    const { status, body } = await askSnapd(socketPath, url, question);
    expect({ status, body }).toMatchObject({ status: 202, body: { type: 'async' } });
    return (body as { change: string }).change;
  }

  async function untilChange(id: string, done: (change: Change) => boolean): Promise<Change> {
    for (;;) {
      const change = await result<Change>(`/v2/changes/${id}`);
      if (done(change)) return change;
      await sleep(50);
    }
  }

  const finished = (id: string): Promise<Change> => untilChange(id, (change) => change.ready);

  async function sideload(file: string): Promise<Change> {
    const raw = sideloadForm(path.basename(file), await readFile(file), { dangerous: 'true' });
    const id = await accepted('/v2/snaps', { method: 'POST', raw });
    // sideloading snapd restarts the daemon
    await lab.answersAgain(0);
    return finishedOverRestarts(id);
  }

  async function finishedOverRestarts(id: string): Promise<Change> {
    try {
      return await finished(id);
    } catch (error) {
      if (codeOf(error) === '') throw error; // only the socket's own errors
      await lab.answersAgain(0);
      return finishedOverRestarts(id);
    }
  }

  const setConf = (snap: string, json: Record<string, unknown>): Promise<string> =>
    accepted(`/v2/snaps/${snap}/conf`, { method: 'PUT', json });

  it('says its version', async () => {
    expect(lab.version).toMatch(upstream);
    const info = await result<{ version: string; 'on-classic': boolean }>('/v2/system-info');
    expect(info).toMatchObject({ version: lab.version, 'on-classic': true });
  });

  it('sets configuration and notices the change', async () => {
    const id = await setConf('system', { 'refresh.retain': 3 });
    expect(await finished(id)).toMatchObject({ status: 'Done', ready: true });
    expect(await result('/v2/snaps/system/conf?keys=refresh.retain')).toEqual({ 'refresh.retain': 3 });
    const notices = await result<{ key: string }[]>('/v2/notices?types=change-update');
    expect(notices.map((notice) => notice.key)).toContain(id);
  });

  it('wakes a long poll when a change is made', async () => {
    const seen = await result<{ 'last-repeated': string }[]>('/v2/notices?types=change-update');
    const after = encodeURIComponent(seen.at(-1)?.['last-repeated'] ?? '');
    const poll = result<{ key: string }[]>(`/v2/notices?types=change-update&after=${after}&timeout=20s`);
    await sleep(200);
    const id = await setConf('system', { 'refresh.retain': 4 });
    expect((await poll)[0]?.key).toBe(id);
    await finished(id);
  });

  it.each(['snapd', 'core24', 'hello1'] as const)(
    'sideloads %s',
    async (name) => {
      expect(await sideload(snaps[name])).toMatchObject({ status: 'Done' });
    },
    60_000,
  );

  it('refreshes from a newer file, and reverts', async () => {
    expect(await sideload(snaps.hello2)).toMatchObject({ status: 'Done' });
    expect(await result('/v2/snaps/fleet-hello')).toMatchObject({ version: '2', revision: 'x2' });
    const revert = await accepted('/v2/snaps/fleet-hello', { method: 'POST', json: { action: 'revert' } });
    expect(await finished(revert)).toMatchObject({ status: 'Done' });
    expect(await result('/v2/snaps/fleet-hello')).toMatchObject({ version: '1', revision: 'x1' });
  }, 60_000);

  it('restarts a service', async () => {
    const json = { action: 'restart', names: ['fleet-hello.svc'] };
    expect(await finished(await accepted('/v2/apps', { method: 'POST', json }))).toMatchObject({ status: 'Done' });
    const [service] = await result<unknown[]>('/v2/apps?names=fleet-hello.svc');
    expect(service).toMatchObject({ enabled: true, active: true });
  });

  it('undoes a snap whose hook fails', async () => {
    const change = await sideload(snaps.broken);
    expect(change).toMatchObject({ status: 'Error', err: expect.stringContaining('configure says no') });
    expect((await askSnapd(lab.socketPath, '/v2/snaps/fleet-broken')).status).toBe(404);
  }, 60_000);

  it('aborts a slow change half-way', async () => {
    const raw = sideloadForm('slow.snap', await readFile(snaps.slow), { dangerous: 'true' });
    const id = await accepted('/v2/snaps', { method: 'POST', raw });
    const hookRuns = (change: Change): boolean =>
      change.tasks?.some((task) => task.kind === 'run-hook' && task.status === 'Doing') ?? false;
    await untilChange(id, hookRuns);
    await askSnapd(lab.socketPath, `/v2/changes/${id}`, { method: 'POST', json: { action: 'abort' } });
    const change = await finished(id);
    expect(change.status).toMatch(/^(Error|Undone|Hold)$/);
    expect((await askSnapd(lab.socketPath, '/v2/snaps/fleet-slow')).status).toBe(404);
  }, 60_000);

  async function changeAcross(interruption: () => Promise<void>): Promise<Change> {
    const id = await setConf('fleet-hello', { sleep: 3 });
    while (!existsSync(sleepingFile(lab.rootDir))) await sleep(20);
    await interruption();
    return finished(id);
  }

  it('restarts in mid-change', async () => {
    expect(await changeAcross(() => lab.restartDaemon())).toMatchObject({ status: afterGracefulRestart, ready: true });
  }, 150_000);

  it('is killed in mid-change and goes on with it', async () => {
    expect(await changeAcross(() => lab.killDaemon())).toMatchObject({ status: 'Done', ready: true });
  }, 60_000);

  it('reboots through POST /v2/systems, with another boot id', async () => {
    const before = await readFile(lab.bootIdFile, 'utf8');
    const starts = lab.starts();
    const asked = await askSnapd(lab.socketPath, '/v2/systems', { method: 'POST', json: { action: 'reboot' } });
    expect(asked).toMatchObject({ status: 200, body: { maintenance: { kind: 'system-restart' } } });
    await lab.answersAgain(starts);
    expect(lab.starts()).toBe(starts + 1);
    expect(await readFile(lab.bootIdFile, 'utf8')).not.toBe(before);
    const { body } = await askSnapd(lab.socketPath, '/v2/changes?select=all');
    expect(body).not.toHaveProperty('maintenance');
  }, 60_000);

  it('shows snapd the boot id of its file', async () => {
    const pids = await labProcesses(path.join(work, 'lab/root'));
    const seen = await readFile(`/proc/${pids[0]}/root/proc/sys/kernel/random/boot_id`, 'utf8');
    expect(seen === (await readFile(lab.bootIdFile, 'utf8'))).toBe(lab.bootIdSeenBySnapd);
  });

  it('records what passes through the proxy, and cuts where it is told', async () => {
    const proxy = await startRecordingProxy({ socketPath: path.join(work, 'p.socket'), upstream: lab.socketPath });
    const put: Question = { method: 'PUT', json: { 'refresh.retain': 5 } };
    const through = (): Promise<unknown> => askSnapd(proxy.socketPath, '/v2/snaps/system/conf', put);
    try {
      await finished(await accepted('/v2/snaps/system/conf', put, proxy.socketPath));
      for (const point of ['before-answer', 'before-forward'] as const) {
        proxy.cutNext(point);
        await expect(through()).rejects.toThrow(/socket hang up|ECONNRESET/);
      }
      const poll = await askSnapd(
        proxy.socketPath,
        '/v2/notices?types=change-update&after=2999-01-01T00:00:00Z&timeout=1s',
      );
      expect(poll).toMatchObject({ status: 200, body: { result: [] } });
      expect(proxy.requests).toMatchObject([
        { method: 'PUT', path: '/v2/snaps/system/conf', body: '{"refresh.retain":5}', status: 202, forwarded: true },
        { forwarded: true, status: 202, cut: true },
        { forwarded: false, cut: true },
      ]);
    } finally {
      await proxy.close();
    }
  });

  it.each([
    { what: 'the whole body', sentBytes: 20, seen: { forwarded: true, status: 202 } },
    { what: 'half of the body', sentBytes: 10, seen: { forwarded: false } },
  ])('records a client that dies after $what', async ({ sentBytes, seen }) => {
    const proxy = await startRecordingProxy({ socketPath: path.join(work, 'd.socket'), upstream: lab.socketPath });
    try {
      const client = connect(proxy.socketPath);
      client.write('PUT /v2/snaps/system/conf HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n');
      client.write('{"refresh.retain":6}'.slice(0, sentBytes), () => client.destroy());
      while (proxy.requests[0]?.status !== seen.status) await sleep(20);
      await sleep(100);
      expect(proxy.requests).toMatchObject([seen]);
      expect(proxy.requests[0]?.status).toBe(seen.status);
    } finally {
      await proxy.close();
    }
  });

  it('refuses a folder that holds another version', async () => {
    const other = suite === 'trixie' ? 'forky' : 'trixie';
    await writeFile(path.join(work, 'version'), '0\n');
    await expect(startSnapd({ suite: other, dir: work })).rejects.toThrow(/it holds snapd 0$/);
  }, 180_000);

  it('stops without leaving a process', async () => {
    await lab.stop();
    expect(await labProcesses(path.join(work, 'lab/root'))).toEqual([]);
    await expect(askSnapd(lab.socketPath, '/v2/changes')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  }, 60_000);
});
