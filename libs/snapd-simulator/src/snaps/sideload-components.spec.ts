import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import { aDevice } from '../testing/a-device';

const parts = ['lab-parts_1.snap', recordedSnap('lab-parts_1.snap')] as const;
const extra = ['lab-parts+extra_1.comp', recordedSnap('lab-parts+extra_1.snap')] as const;

interface Tasks {
  tasks?: { kind: string; summary: string }[];
}

/** What tasks of components do, in their order, with those of the snap that they follow. */
const steps = ({ tasks = [] }: Tasks): string[] => {
  const summaries = tasks.map(({ summary }) => summary.replace(/\.local-install-\d+/, 'FILE'));
  return summaries.flatMap((summary, index) =>
    summary.toLowerCase().includes('component') ? [`${summaries[index - 1] ?? ''} > ${summary}`] : [],
  );
};

async function components(device: ReturnType<typeof aDevice>): Promise<unknown> {
  const { body } = await device.get('/v2/snaps/lab-parts');
  return (body.result as { components?: unknown }).components;
}

const DECLARED = { name: 'extra', type: 'standard', version: '', summary: 's', description: 'd', revision: 'unset' };
const installed = (revision: string): unknown => ({
  name: 'extra',
  type: 'standard',
  version: '1.0',
  summary: 'extra',
  description: 'extra',
  revision,
  'install-date': expect.any(String),
  'installed-size': 4096,
});

describe('components from files', () => {
  it('come to a snap that is there, and replace what it had', async () => {
    const device = aDevice();
    await device.upload([parts]);
    expect(await components(device)).toEqual([DECLARED]);
    const first = await device.change((await device.upload([extra])).body.change);
    expect(steps(first)).toEqual([
      ' > Prepare component "/var/lib/snapd/snaps/FILE" (unset)',
      'Prepare component "/var/lib/snapd/snaps/FILE" (unset) > Mount component "lab-parts+extra" (unset)',
      'Mount component "lab-parts+extra" (unset) > Setup component "lab-parts+extra" (unset) security profiles',
      'Setup component "lab-parts+extra" (unset) security profiles > ' +
        'Make component "lab-parts+extra" (unset) available to the system',
      'Make component "lab-parts+extra" (unset) available to the system > ' +
        'Run install hook of "lab-parts+extra" component if present',
    ]);
    expect(await components(device)).toEqual([installed('x1')]);
    const second = await device.change((await device.upload([extra])).body.change);
    expect(second.tasks?.map(({ kind }) => kind)).toEqual([
      'prepare-component',
      'mount-component',
      'run-hook',
      'unlink-current-component',
      'setup-profiles',
      'link-component',
      'run-hook',
      'discard-component',
    ]);
    expect(await components(device)).toEqual([installed('x2')]);
  });

  it('come with their snap, each step behind that of the snap', async () => {
    const device = aDevice();
    const change = await device.change((await device.upload([parts, extra])).body.change);
    expect(steps(change)).toEqual([
      'Prepare snap "/var/lib/snapd/snaps/FILE" (unset) > Prepare component "/var/lib/snapd/snaps/FILE" (unset)',
      'Mount snap "lab-parts" (unset) > Mount component "lab-parts+extra" (unset)',
      'Make snap "lab-parts" (unset) available to the system > ' +
        'Make component "lab-parts+extra" (unset) available to the system',
      'Run install hook of "lab-parts" snap if present > Run install hook of "lab-parts+extra" component if present',
    ]);
    expect(await components(device)).toEqual([installed('x1')]);
  });

  it('go without their snap', async () => {
    const device = aDevice();
    await device.upload([parts, extra]);
    const change = await device.run('/v2/snaps/lab-parts', { action: 'remove', components: ['extra'] });
    expect(change).toMatchObject({
      kind: 'remove-snap',
      summary: 'Remove component(s) [extra] for "lab-parts" snap',
      status: 'Done',
      data: { components: { 'lab-parts': ['extra'] } },
    });
    expect(change.tasks?.map(({ summary }) => summary)).toEqual([
      'Run remove hook of "lab-parts+extra" component if present',
      'Make current revision for component "lab-parts+extra" unavailable',
      'Discard previous revision for component "lab-parts+extra"',
      'Setup snap "lab-parts" (x1) security profiles',
    ]);
    expect(await components(device)).toEqual([DECLARED]);
    const again = await device.post('/v2/snaps', { action: 'remove', components: { 'lab-parts': ['extra'] } });
    expect(again.body.result).toEqual({
      message: 'cannot remove: component "extra" is not installed for revision x1 of snap "lab-parts"',
    });
    const fromStore = await device.post('/v2/snaps/lab-parts', { action: 'install', components: ['nope'] });
    expect(fromStore.body.result).toEqual({
      message:
        'cannot install "lab-parts": internal error: ' +
        'cannot install components for a snap that is unknown to the store',
    });
  });
});
