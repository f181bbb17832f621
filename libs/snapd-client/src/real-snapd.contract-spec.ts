import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  buildSnaps,
  findSquashfs,
  startSnapd,
  type LabSnaps,
  type SnapdLab,
  type SnapdSuite,
} from '@corefleet/testing/snapd-lab';
import { SnapctlClient, SnapdClient, unixSocketTransport, type Change } from './index';

/** What older snapds lack is refused by them, in their words. */
const suites: { suite: SnapdSuite; features: unknown; snapctl: unknown }[] = [
  {
    suite: 'trixie',
    features: { message: 'unknown debug aspect "features"', status: 400 },
    snapctl: { status: 400 },
  },
  { suite: 'forky', features: { changes: expect.arrayContaining(['seed']) }, snapctl: { 'exit-code': 0, stderr: '' } },
];

describe.each(suites)('the client and snapd of Debian $suite', ({ suite, features, snapctl }) => {
  let work: string;
  let lab: SnapdLab;
  let snaps: LabSnaps;
  let client: SnapdClient;

  beforeAll(async () => {
    work = await mkdtemp(path.join(tmpdir(), 'snapd-client-'));
    snaps = await buildSnaps(path.join(work, 'snaps'), await findSquashfs());
    lab = await startSnapd({ suite, dir: path.join(work, 'lab') });
    client = new SnapdClient(unixSocketTransport(lab.socketPath));
    for (const file of [snaps.snapd, snaps.core24, snaps.hello1]) {
      const { changeId } = await client.sideload.install([{ path: file }], { dangerous: true });
      expect(await ended(changeId)).toMatchObject({ status: 'Done' });
    }
  }, 180_000);

  afterAll(async () => {
    client.close();
    await lab.stop();
    await rm(work, { recursive: true, force: true });
  }, 60_000);

  async function ended(changeId: string): Promise<Change> {
    for (;;) {
      const change = await client.changes.get(changeId);
      if (change.ready) return change;
      await client.notices.list({ types: ['change-update'], keys: [changeId], timeoutMs: 200 });
    }
  }

  const outcome = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

  it('gives a sideloaded snap back as it was', async () => {
    const file = await client.snaps.file('fleet-hello');
    const pieces: Uint8Array[] = [];
    for await (const piece of file.content) pieces.push(piece);
    expect(file).toMatchObject({ filename: 'fleet-hello_x1.snap', sizeBytes: Buffer.concat(pieces).length });
    expect(Buffer.concat(pieces).equals(await readFile(snaps.hello1))).toBe(true);
    await expect(client.icons.get('fleet-hello')).rejects.toMatchObject({ message: 'local snap has no icon' });
  });

  it('takes assertions apart that snapd has signed', async () => {
    const accounts: string[] = [];
    for await (const text of client.assertions.stream('account')) accounts.push(text);
    const { texts } = await client.assertions.list('account-key');
    expect(accounts.map((text) => text.slice(0, 14))).toEqual(['type: account\n', 'type: account\n']);
    expect(texts).toHaveLength((await client.assertions.listJson('account-key', { headersOnly: true })).length);
    await client.assertions.add(texts.join('\n'));
  });

  it('takes a snapshot out and in again', async () => {
    const { changeId, result } = await client.snaps.act({ action: 'snapshot' });
    expect(await ended(changeId)).toMatchObject({ status: 'Done' });
    const { content, sizeBytes } = await client.snapshots.export((result as { 'set-id': number })['set-id']);
    const { snaps: imported } = await client.snapshots.import(content, sizeBytes ?? 0);
    expect(imported).toContain('fleet-hello');
  });

  it('looks inside, and sees what this snapd shows', async () => {
    expect(await outcome(client.debug.aspect('features'))).toMatchObject(features as object);
    expect(await client.debug.aspect('seeding')).toMatchObject({ seeded: true });
    expect(await client.debug.stacktraces()).toMatch(/^goroutine /);
    expect((await client.debug.pprof('cmdline')).contentType).toMatch(/^text\/plain/);
    expect((await client.interfaces.legacy()).slots.length).toBeGreaterThan(100);
    expect(await client.consoleConf.start()).toEqual({});
  });

  it('reaches snapctl on its own socket only', async () => {
    const own = new SnapctlClient(unixSocketTransport(path.join(path.dirname(lab.socketPath), 'snapd-snap.socket')));
    const wrong = new SnapctlClient(unixSocketTransport(lab.socketPath));
    expect(await outcome(own.run({ args: ['version'] }))).toMatchObject(snapctl as object);
    expect(await outcome(wrong.run({ args: ['version'] }))).toMatchObject({ status: 403, kind: 'login-required' });
    own.close();
    wrong.close();
  });
});
