import { describeContract } from '../contract';
import { tasksOf } from '../subjects/shown';
import type { Subject } from '../subjects/subject';

const revision = async (subject: Subject, name = 'lab-app'): Promise<string> =>
  (await subject.client.snaps.get(name)).revision;

const OK = { change: { status: 'Done' }, verdict: { kind: 'verified' } };

describeContract(
  'snaps of a store',
  (contract) => {
    contract.proves('client: POST /v2/snaps/{name} install', 'installs a snap', async (subject) => {
      const ended = await subject.change(subject.client.snaps.actOn('lab-app', { action: 'install' }));
      expect(ended).toMatchObject({
        ...{ kind: 'install-snap', summary: 'Install "lab-app" snap', status: 'Done', ready: true },
        data: { 'snap-names': ['lab-app'] },
      });
      expect(tasksOf(ended).slice(0, 3)).toEqual(['prerequisites Done', 'download-snap Done', 'validate-snap Done']);
      expect(await subject.client.snaps.get('lab-app')).toMatchObject({
        ...{ revision: '1', channel: 'latest/stable', 'tracking-channel': 'latest/stable', status: 'active' },
      });
    });

    contract.proves(
      'raw: POST /v2/snaps/{name} install',
      'behaviour 11: knows what the store has not',
      async (subject) => {
        expect(await subject.refusal('POST', '/v2/snaps/nope', { json: { action: 'install' } })).toEqual({
          ...{ status: 404, message: 'snap not found', kind: 'snap-not-found', value: 'nope' },
        });
      },
    );

    contract.proves('client: POST /v2/snaps/{name} refresh', 'refreshes to another channel', async (subject) => {
      const asked = subject.client.snaps.actOn('lab-app', { action: 'refresh', channel: 'edge' });
      expect(await subject.change(asked)).toMatchObject({
        ...{ kind: 'refresh-snap', summary: 'Refresh "lab-app" snap from "edge" channel', status: 'Done' },
      });
      expect(await subject.client.snaps.get('lab-app')).toMatchObject({
        ...{ revision: '2', 'tracking-channel': 'latest/edge' },
      });
    });

    contract.shows('behaviour 14: has no update twice', async (subject) => {
      expect(await subject.refusal('POST', '/v2/snaps/lab-app', { json: { action: 'refresh' } })).toEqual({
        ...{ status: 400, message: 'snap has no updates available', kind: 'snap-no-update-available', value: '' },
      });
    });

    contract.proves(
      ['operation: POST /v2/snaps/{name} switch', 'operation: POST /v2/snaps/{name} refresh'],
      'switches and refreshes through the catalogue',
      async (subject) => {
        expect(await subject.operate('switch', { snap: 'lab-app', channel: 'stable' })).toMatchObject(OK);
        expect(await subject.operate('refresh', { snaps: ['lab-app'], channel: 'stable' })).toMatchObject(OK);
        expect(await revision(subject)).toBe('1');
      },
    );

    contract.proves('client: POST /v2/snaps install', 'installs several', async (subject) => {
      await subject.change(subject.client.snaps.actOn('lab-app', { action: 'remove' }));
      const ended = await subject.change(
        subject.client.snaps.act({ action: 'install', snaps: ['lab-app', 'lab-big'] }),
      );
      expect(ended).toMatchObject({
        ...{ kind: 'install-snap', summary: 'Install snaps "lab-app", "lab-big"', status: 'Done', ready: true },
        data: { 'snap-names': ['lab-app', 'lab-big'] },
      });
      expect(await revision(subject, 'lab-big')).toBe('1');
    });

    contract.proves(
      'client: POST /v2/snaps refresh to validation sets',
      'behaviour 38: refreshes to what sets require and enforces them',
      async (subject) => {
        await subject.change(subject.client.snaps.actOn('lab-app', { action: 'refresh', revision: 2 }));
        const asked = subject.client.snaps.act({ action: 'refresh', 'validation-sets': ['developer1/base=1'] });
        const ended = await subject.change(asked);
        expect(ended).toMatchObject({
          ...{ kind: 'refresh-snap', status: 'Done', ready: true },
          summary: 'Enforce validation sets "developer1/base=1" for snaps "lab-app"',
        });
        expect(tasksOf(ended)).toContain('enforce-validation-sets Done');
        expect(await subject.client.validationSets.list()).toEqual([
          {
            ...{ 'account-id': 'developer1', name: 'base', 'pinned-at': 1, mode: 'enforce', sequence: 1, valid: true },
          },
        ]);
        expect(await revision(subject)).toBe('1');
      },
    );

    contract.proves(
      'operation: POST /v2/snaps refresh to validation sets',
      'refreshes to sets through the catalogue',
      async (subject) => {
        const operated = await subject.operate('refresh', { 'validation-sets': ['developer1/base=2'] });
        expect(operated).toMatchObject(OK);
        expect(await revision(subject)).toBe('2');
        await subject.client.validationSets.forget('developer1', 'base');
      },
    );

    contract.proves('operation: POST /v2/snaps install', 'installs through the catalogue', async (subject) => {
      await subject.change(subject.client.snaps.act({ action: 'remove', snaps: ['lab-app', 'lab-big'] }));
      expect(await subject.operate('install', { snaps: ['lab-app', 'lab-big'] })).toMatchObject(OK);
      expect(await revision(subject)).toBe('1');
    });

    contract.proves(
      ['operation: POST /v2/snaps/{name} install'],
      'installs a revision through the catalogue',
      async (subject) => {
        await subject.change(subject.client.snaps.actOn('lab-app', { action: 'remove' }));
        expect(await subject.operate('install', { snaps: ['lab-app'], revision: '2' })).toMatchObject(OK);
        expect(await revision(subject)).toBe('2');
      },
    );
  },
  'core',
);
