import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ArtifactView } from '@corefleet/contracts/http';
import { eventually } from '@corefleet/testing/processes';
import { buildLargeSnap, findSquashfs } from '@corefleet/testing/snapd-lab';
import { Stand } from './stand';
import { describeRealSnapd } from './suite';
import { expectCommandToBeTrue } from './truth';

const MIB = 1024 * 1024;
const LARGE_BYTES = 200 * MIB;

interface Reference {
  sha256: string;
  size: number;
  name: string;
}

describeRealSnapd('files between the server and a real snapd', () => {
  let stand: Stand;
  let large: { files: [Reference] };

  beforeAll(async () => {
    stand = await Stand.start({ gateways: 2 });
    await stand.install('snapd', 'core24', 'hello1');
    const snap = await buildLargeSnap(path.join(stand.dir, 'large'), await findSquashfs(), LARGE_BYTES);
    large = await stand.uploaded(snap);
  }, 180_000);

  afterAll(() => stand?.stop(), 60_000);

  const underWay = (): string => path.join(stand.dir, 'state-real-1', 'artifacts');

  /** Bytes of the command's file that are on the device. */
  function received(commandId: string): number {
    const directory = path.join(underWay(), commandId);
    try {
      return statSync(path.join(directory, large.files[0].sha256)).size;
    } catch {
      return 0; // nothing of it yet
    }
  }

  /** Waits until the file is half-way. */
  async function halfWay(commandId: string): Promise<void> {
    await eventually(() => received(commandId) > 8 * MIB, { what: 'the file to be on its way', everyMs: 1 });
  }

  async function expectLargeInstalled(commandId: string): Promise<void> {
    const command = await stand.end(commandId);
    expect(command).toMatchObject({ status: 'succeeded', result: [{ name: 'fleet-large' }] });
    await expectCommandToBeTrue(stand, command);
    await eventually(() => readdirSync(underWay()).length === 0, { what: 'the file to be removed from the device' });
  }

  it('go on where they were when the agent was killed', async () => {
    const seen = stand.proxy.requests.length;
    const id = await stand.issue('sideload', large);
    await halfWay(id);
    await stand.agent.kill();
    const left = received(id);
    expect(left).toBeLessThan(large.files[0].size);
    await stand.agent.start();
    await expectLargeInstalled(id);
    const [, fromByte] = /"A file goes on where it was cut"[^\n]*"fromByte":(\d+)/.exec(stand.agent.log) ?? [];
    expect(Number(fromByte)).toBe(left);
    expect(stand.proxy.requests.slice(seen)).toMatchObject([{ path: '/v2/snaps', status: 202 }]);
  }, 90_000);

  it('go on at another gateway when theirs was killed', async () => {
    const id = await stand.issue('sideload', large);
    await halfWay(id);
    for (const gateway of stand.fleet.members.gateway) await stand.fleet.replace(gateway);
    await expectLargeInstalled(id);
    expect(stand.agent.log).toContain('A file goes on where it was cut');
  }, 90_000);

  const shownSets = (): Promise<{ id: number; snapshots: object[] }[]> => stand.snapd.result('/v2/snapshots');

  async function forget(set?: number): Promise<void> {
    const { change = '' } = await stand.snapd.ask('/v2/snapshots', { method: 'POST', json: { action: 'forget', set } });
    expect(await stand.snapd.changeEnd(change)).toMatchObject({ status: 'Done' });
    expect(await shownSets()).toEqual([]);
  }

  const exportOf = (set?: number): Promise<{ command: { id: string }; result: Reference }> =>
    stand.fleet.api.get(`/v1/devices/${stand.deviceId}/snapd/v2/snapshots/${set}/export`);

  it('bring the file of an installed snap into the server, as it was', async () => {
    const { command, posts } = await stand.run('read-snap-file', { name: 'fleet-hello' });
    const sha256 = createHash('sha256').update(readFileSync(stand.snaps.hello1)).digest('hex');
    expect(command).toMatchObject({ status: 'succeeded', result: { sha256, name: 'fleet-hello.snap' } });
    expect(posts).toEqual([]);
  });

  it('bring a snapshot set into the server, which snapd takes back', async () => {
    const asked = { action: 'snapshot', snaps: ['fleet-hello'] };
    const { change = '' } = await stand.snapd.ask('/v2/snaps', { method: 'POST', json: asked });
    await stand.snapd.changeEnd(change);
    const [set] = await shownSets();
    const { command, result: file } = await exportOf(set?.id);
    expect(file.name).toBe(`snapshot-set-${set?.id}.zip`);
    const kept = await stand.fleet.api.get<ArtifactView>(`/v1/artifacts/${file.sha256}`);
    expect(kept).toMatchObject({ size: file.size, deviceId: stand.deviceId, commandId: command.id, sensitive: true });
    expect(kept.expiresAt).not.toBeNull();

    const again = await stand.run('import-snapshot', { file });
    expect(again.command).toMatchObject({ status: 'succeeded', result: { 'set-id': set?.id } });
    await forget(set?.id);
    const { command: imported, posts } = await stand.run('import-snapshot', { file });
    expect(imported).toMatchObject({ status: 'succeeded', result: { 'set-id': expect.any(Number) } });
    expect(posts).toMatchObject([{ method: 'POST', path: '/v2/snapshots', status: 200 }]);
    expect(await shownSets()).toMatchObject([{ snapshots: [{ snap: 'fleet-hello', revision: 'x1' }] }]);
  }, 60_000);

  it('do not go out when the set is not there, and say so in the words of snapd', async () => {
    await expect(exportOf(4711)).rejects.toMatchObject({ problem: { detail: expect.stringContaining('4711') } });
  });
});
