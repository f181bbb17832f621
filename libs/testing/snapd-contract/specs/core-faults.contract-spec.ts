import type { Change } from '@corefleet/snapd-client';
import { describeContract } from '../contract';
import { tasksOf } from '../subjects/shown';
import type { Subject } from '../subjects/subject';

const HOUR_MS = 3_600_000;
const BOTH = ['lab-app', 'lab-big'];

const revisions = (subject: Subject): Promise<string[]> =>
  Promise.all(BOTH.map(async (name) => (await subject.client.snaps.get(name)).revision));

describeContract(
  'faults and time of Ubuntu Core',
  (contract) => {
    contract.shows('behaviour 22: a download tells how far it is', async (subject) => {
      subject.simulated.snapd.slowTask('download-snap', 1500, 'lab-big');
      const { changeId } = await subject.client.snaps.actOn('lab-big', { action: 'install' });
      const partly = ({ tasks = [] }: Change): boolean =>
        tasks.some(({ progress: { done, total } = { done: 0, total: 0 } }) => done > 1 && done < total);
      const { tasks = [] } = await subject.reaches(changeId, partly, 'a part of the download');
      expect(tasks.find(({ kind }) => kind === 'download-snap')).toMatchObject({
        ...{ status: 'Doing', progress: { label: 'lab-big', total: 4096 }, data: { 'affected-snaps': ['lab-big'] } },
      });
      const untouched = { status: 'Do', progress: { label: '', done: 0, total: 1 } };
      expect(tasks.find(({ kind }) => kind === 'mount-snap')).toMatchObject(untouched);
      expect(await subject.ended(changeId)).toMatchObject({ status: 'Done' });
      await subject.simulated.snapd.clearFaults();
    });

    contract.shows('behaviour 7: a snap reads what its connected interface opens', async (subject) => {
      await subject.change(subject.client.snaps.actOn('lab-eye', { action: 'install' }));
      expect((await subject.ask('GET', '/v2/snaps', {}, 'snap')).status).toBe(403);
      const plugs = [{ snap: 'lab-eye', plug: 'observe' }];
      const json = { action: 'connect', plugs, slots: [{ snap: 'snapd', slot: 'snap-refresh-observe' }] };
      expect(await subject.changeOf('POST', '/v2/interfaces', { json })).toMatchObject({ status: 'Done' });
      expect((await subject.ask('GET', '/v2/snaps', {}, 'snap')).status).toBe(200);
      expect(await subject.refusal('GET', '/v2/systems', {}, 'snap')).toEqual({
        ...{ status: 403, message: 'access denied', kind: 'login-required' },
      });
    });

    contract.shows('behaviour 19: looks for space first where it is told to', async (subject) => {
      await subject.change(subject.client.conf.set('system', { 'experimental.check-disk-space-refresh': true }));
      subject.simulated.snapd.fillDisk();
      const json = { action: 'refresh', channel: 'edge' };
      expect(await subject.refusal('POST', '/v2/snaps/lab-big', { json })).toMatchObject({
        ...{ status: 507, kind: 'insufficient-disk-space' },
        value: { 'snap-names': ['lab-big'], 'change-kind': 'refresh-snap' },
      });
      await subject.change(subject.client.conf.set('system', { 'experimental.check-disk-space-refresh': false }));
      const { status, err } = await subject.changeOf('POST', '/v2/snaps/lab-big', { json });
      expect(status).toBe('Error');
      expect(err).toContain('no space left on device');
      await subject.simulated.snapd.clearFaults();
    });

    contract.shows('behaviour 24: one failing snap of several takes the others along only as told', async (subject) => {
      await subject.change(subject.client.snaps.actOn('lab-app', { action: 'install' }));
      for (const snap of BOTH) {
        await subject.change(subject.client.snaps.actOn(snap, { action: 'switch', channel: 'edge' }));
      }
      for (const [transaction, after] of [
        ['all-snaps', ['1', '1']],
        ['per-snap', ['2', '1']],
      ] as const) {
        subject.simulated.snapd.failTask('run-hook:post-refresh', 'lab-big');
        const ended = await subject.change(subject.client.snaps.act({ action: 'refresh', snaps: BOTH, transaction }));
        expect(ended.status).toBe('Error');
        expect(tasksOf(ended).includes('link-snap Done')).toBe(transaction === 'per-snap');
        expect(await revisions(subject)).toEqual(after);
      }
    });

    contract.shows('behaviour 28: forgets a change that was ready for a day', async (subject) => {
      const { id } = await subject.change(subject.client.snaps.act({ action: 'unhold', snaps: BOTH }));
      subject.simulated.pass(23 * HOUR_MS);
      expect(await subject.client.changes.get(id)).toMatchObject({ id, ready: true });
      subject.simulated.pass(2 * HOUR_MS);
      expect(await subject.refusal('GET', `/v2/changes/${id}`)).toEqual({
        ...{ status: 404, message: `cannot find change with id "${id}"` },
      });
    });

    contract.shows('behaviour 28: keeps 500 ready changes', async (subject) => {
      const { id } = await subject.change(subject.client.snaps.act({ action: 'unhold', snaps: BOTH }));
      for (let more = 0; more < 500; more++) await subject.client.snaps.act({ action: 'unhold', snaps: BOTH });
      expect(await subject.refusal('GET', `/v2/changes/${id}`)).toMatchObject({ status: 404 });
      expect(await subject.client.changes.list({ select: 'all' })).toHaveLength(500);
    });
  },
  'core',
);

describeContract(
  'Ubuntu Core before it is seeded',
  (contract) => {
    contract.shows('behaviour 18: it is too early for operations', async (subject) => {
      const json = { action: 'install' };
      expect(await subject.refusal('POST', '/v2/snaps/lab-app', { json })).toEqual({
        ...{ status: 409, kind: 'snap-change-conflict', value: { 'change-kind': 'seed' } },
        message: 'too early for operation, device not yet seeded or device model not acknowledged',
      });
      subject.simulated.snapd.finishSeeding();
      expect(await subject.changeOf('POST', '/v2/snaps/lab-app', { json })).toMatchObject({ status: 'Done' });
    });
  },
  'unseeded core',
);
