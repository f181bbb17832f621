import { describeContract } from '../contract';
import { tasksOf } from '../subjects/shown';

describeContract(
  'behaviours of Ubuntu Core',
  (contract) => {
    contract.shows('behaviour 37: enforces no sets that are in conflict', async (subject) => {
      await subject.change(subject.client.snaps.actOn('lab-app', { action: 'install' }));
      await subject.client.validationSets.apply('developer1', 'base', { mode: 'enforce', sequence: 1 });
      const json = { action: 'apply', mode: 'enforce' };
      const { status, message } = await subject.refusal('POST', '/v2/validation-sets/developer1/none', { json });
      expect([status, message]).toEqual([
        400,
        'cannot enforce validation set: validation sets are in conflict:\n- cannot constrain snap "lab-app" as both invalid (developer1/none) and required at revision 1 (developer1/base)',
      ]);
      await subject.client.validationSets.forget('developer1', 'base');
    });

    contract.shows('behaviour 27: a new base waits for a reboot, and goes on after it', async (subject) => {
      const boot = await subject.backend.bootId();
      const { changeId } = await subject.client.snaps.actOn('core24', { action: 'refresh', channel: 'beta' });
      const waiting = await subject.reaches(changeId, ({ status }) => status === 'Wait', 'the reboot');
      expect(tasksOf(waiting)).toContain('link-snap Wait');
      expect(await subject.ended(changeId)).toMatchObject({ id: changeId, status: 'Done' });
      expect(await subject.backend.bootId()).not.toBe(boot);
      expect(await subject.client.snaps.get('core24')).toMatchObject({ revision: '2' });
    });

    contract.shows('behaviour 40: a factory reset begins anew', async (subject) => {
      const boot = await subject.backend.bootId();
      const target = { label: '20261120', mode: 'factory-reset' };
      await subject.backend.throughReboot(() => subject.client.systems.reboot(target));
      expect(await subject.backend.bootId()).not.toBe(boot);
      expect((await subject.client.snaps.list()).map(({ name }) => name)).not.toContain('lab-app');
      const { changeId } = await subject.client.conf.set('system', { 'refresh.retain': 3 });
      expect(Number(changeId)).toBeLessThan(5);
    });
  },
  'core',
);
