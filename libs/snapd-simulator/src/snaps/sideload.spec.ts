import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import { aDevice } from '../testing/a-device';

const hello = ['lab-hello_1.snap', recordedSnap('lab-hello_1.snap')] as const;
const parts = ['lab-parts_1.snap', recordedSnap('lab-parts_1.snap')] as const;
const extraParts = ['lab-parts+extra_1.comp', recordedSnap('lab-parts+extra_1.snap')] as const;
const extra = ['lab-hello+extra_1.comp', recordedSnap('lab-hello+extra_1.snap')] as const;

const revisionOf = (content: Uint8Array): string => `type: snap-revision
authority-id: canonical
snap-sha3-384: ${createHash('sha3-384').update(content).digest('base64url')}
developer-id: acme
snap-id: abcdefghijklmnopqrstuvwxyzabcdef
snap-revision: 7
snap-size: 4096
timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: t5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7

AcLBcwQAAQoAHRYhBJ==
`;

describe('sideloading', () => {
  it('gives each upload the next local revision, and keeps its file', async () => {
    const device = aDevice();
    await device.upload([hello]);
    await device.upload([['lab-hello_2.snap', recordedSnap('lab-hello_2.snap')]]);
    expect(await device.read('/v2/snaps/lab-hello')).toMatchObject({ revision: 'x2', version: '2', base: 'core24' });
    const transport = device.snapd.transport();
    const file = await transport.request({ method: 'GET', path: '/v2/snaps/lab-hello/file' });
    const pieces: Uint8Array[] = [];
    for await (const piece of file.stream()) pieces.push(piece);
    transport.close();
    expect(Buffer.concat(pieces)).toEqual(recordedSnap('lab-hello_2.snap'));
  });

  it('needs no switch for a file that an assertion vouches for, and takes its revision', async () => {
    const device = aDevice({ assertions: [revisionOf(hello[1])] });
    expect((await device.upload([hello], [])).status).toBe(202);
    expect(await device.revisions()).toMatchObject({ 'lab-hello': '7' });
  });

  it('does as the hooks are said to do, and undoes what they fail', async () => {
    const device = aDevice({ hooks: ({ hook }) => (hook === 'configure' ? { error: 'no' } : undefined) });
    const { body } = await device.upload([hello]);
    const change = await device.change(body.change);
    expect(change).toMatchObject({ status: 'Error' });
    expect(change.err).toContain('(run hook "configure": no)');
    expect(await device.revisions()).not.toHaveProperty('lab-hello');
  });

  it('installs a component of an installed snap', async () => {
    const device = aDevice();
    expect((await device.upload([extraParts])).body.result).toEqual({
      message: 'snap owning "lab-parts+extra" not installed',
      kind: 'snap-not-installed',
      value: 'lab-parts',
    });
    await device.upload([parts]);
    const change = await device.change((await device.upload([extraParts])).body.change);
    expect(change).toMatchObject({
      kind: 'install-component',
      summary: 'Install "extra" component for "lab-parts" snap from file "lab-parts+extra_1.comp"',
      status: 'Done',
      data: { components: { 'lab-parts': ['extra'] } },
    });
  });

  it('installs a snap with its component from one form', async () => {
    const device = aDevice();
    const change = await device.change((await device.upload([parts, extraParts])).body.change);
    expect(change).toMatchObject({
      summary:
        'Install snap "lab-parts" (with component "extra") from files "lab-parts_1.snap", "lab-parts+extra_1.comp"',
      status: 'Done',
      data: { 'snap-names': ['lab-parts'], components: { 'lab-parts': ['extra'] } },
    });
  });

  it('refuses a component that its snap does not declare', async () => {
    const device = aDevice();
    const why = '"extra" is not a component for snap "lab-hello"';
    const together = await device.upload([hello, extra]);
    expect(together.status).toBe(500);
    expect(together.body.result).toEqual({
      message: `cannot install snap/component files: cannot open snap file: ${why}`,
    });
    await device.upload([hello]);
    const alone = await device.upload([extra]);
    expect(alone.status).toBe(500);
    expect(alone.body.result).toEqual({ message: `cannot install component file: ${why}` });
    const beside = await device.upload([extra, parts]);
    expect(beside.body.result).toEqual({
      message:
        `cannot install component "lab-hello+extra" for snap "lab-hello": ${why}` +
        `%!(EXTRA *errors.errorString=${why})`,
    });
  });

  it('brings the base that is missing, before the snap that needs it', async () => {
    const device = aDevice({ taskMs: 1000 });
    device.store.addSnap({ name: 'core26', type: 'base', revisions: [{ revision: 1 }], channels: { stable: 1 } });
    device.store.addSnap({ name: 'modern', base: 'core26', revisions: [{ revision: 1 }], channels: { stable: 1 } });
    const { body } = await device.post('/v2/snaps/modern', { action: 'install' });
    await device.clock.advance(3000);
    expect((await device.change(body.change)).tasks?.map(({ summary }) => summary)).toContain(
      'Make snap "core26" (1) available to the system',
    );
    await device.clock.advance(60_000);
    expect(await device.change(body.change)).toMatchObject({ status: 'Done' });
    expect(await device.revisions()).toMatchObject({ core26: '1', modern: '1' });
  });

  it('fails where the base cannot be had', async () => {
    const device = aDevice();
    device.store.addSnap({ name: 'modern', base: 'core26', revisions: [{ revision: 1 }], channels: { stable: 1 } });
    const change = await device.run('/v2/snaps/modern', { action: 'install' });
    expect(change.err).toContain('(cannot install snap base "core26": snap not found)');
  });

  it('refuses what contradicts itself', async () => {
    const device = aDevice();
    const { body } = await device.upload([hello], [['transaction', 'x']]);
    expect(body.result).toEqual({ message: 'transaction must be either "per-snap" or "all-snaps"' });
  });

  it('tries a snap from its directory', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'try-'));
    try {
      await mkdir(path.join(directory, 'meta'));
      await writeFile(path.join(directory, 'meta/snap.yaml'), "name: tried\nversion: '1'\nbase: core24\n");
      const device = aDevice();
      const fields = [
        ['action', 'try'],
        ['snap-path', directory],
      ] as const;
      const { body } = await device.upload([], fields);
      expect(await device.change(body.change)).toMatchObject({ kind: 'try-snap', status: 'Done' });
      expect(await device.read('/v2/snaps/tried')).toMatchObject({
        trymode: true,
        devmode: true,
        'mounted-from': directory,
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('refuses to try what is no directory', async () => {
    const { body } = await aDevice().upload(
      [],
      [
        ['action', 'try'],
        ['snap-path', 'relative'],
      ],
    );
    expect(body.result).toEqual({ message: 'cannot try "relative": need an absolute path' });
  });
});
