import type { CommandDetail } from '@corefleet/contracts/http';
import type { Question } from '@corefleet/testing/snapd-lab';
import { Stand } from './stand';
import { describeRealSnapd } from './suite';
import { expectCommandToBeTrue, expectRowsToEqualSnapd } from './truth';

/** What is ordered, and the same request as another client sends it. */
interface Asked {
  operation: string;
  parameters: object;
  path: string;
  json: object;
}

/** How a command ended, or the same request of another client, in snapd's words. */
interface End {
  status: string;
  cause?: string;
  message?: string;
  kind?: string;
  change?: { kind: string; summary: string; status: string };
}

const set = 'acme/base=1';

/** The store is out of reach, the sets are unknown and the system is a classic one. Local snaps have no update. */
const asked: (Asked & { what: string })[] = [
  {
    what: 'refresh all snaps',
    ...{ operation: 'refresh', parameters: {} },
    ...{ path: '/v2/snaps', json: { action: 'refresh' } },
  },
  {
    what: 'refresh some snaps in one transaction',
    ...{ operation: 'refresh', parameters: { snaps: ['fleet-hello', 'core24'], transaction: 'all-snaps' } },
    ...{ path: '/v2/snaps', json: { action: 'refresh', snaps: ['fleet-hello', 'core24'], transaction: 'all-snaps' } },
  },
  {
    what: 'refresh one snap to a channel',
    ...{ operation: 'refresh', parameters: { snaps: ['fleet-hello'], channel: 'edge' } },
    ...{ path: '/v2/snaps/fleet-hello', json: { action: 'refresh', channel: 'edge' } },
  },
  {
    what: 'refresh one snap to a revision',
    ...{ operation: 'refresh', parameters: { snaps: ['fleet-hello'], revision: '7' } },
    ...{ path: '/v2/snaps/fleet-hello', json: { action: 'refresh', revision: '7' } },
  },
  {
    what: 'refresh one snap in a cohort',
    ...{ operation: 'refresh', parameters: { snaps: ['fleet-hello'], 'cohort-key': 'MSBzb21l' } },
    ...{ path: '/v2/snaps/fleet-hello', json: { action: 'refresh', 'cohort-key': 'MSBzb21l' } },
  },
  {
    what: 'refresh a snap that is not there',
    ...{ operation: 'refresh', parameters: { snaps: ['not-there'], channel: 'edge' } },
    ...{ path: '/v2/snaps/not-there', json: { action: 'refresh', channel: 'edge' } },
  },
  {
    what: 'refresh to validation sets',
    ...{ operation: 'refresh', parameters: { 'validation-sets': [set] } },
    ...{ path: '/v2/snaps', json: { action: 'refresh', 'validation-sets': [set] } },
  },
  {
    what: 'enforce a validation set and refresh to it',
    ...{ operation: 'enforce-validation-set', parameters: { 'validation-set': set, refresh: true } },
    ...{ path: '/v2/snaps', json: { action: 'refresh', 'validation-sets': [set] } },
  },
  {
    what: 'enforce a validation set at a sequence',
    ...{ operation: 'enforce-validation-set', parameters: { 'validation-set': set } },
    ...{ path: '/v2/validation-sets/acme/base', json: { action: 'apply', mode: 'enforce', sequence: 1 } },
  },
  {
    what: 'enforce a validation set without a sequence',
    ...{ operation: 'enforce-validation-set', parameters: { 'validation-set': 'acme/base' } },
    ...{ path: '/v2/validation-sets/acme/base', json: { action: 'apply', mode: 'enforce' } },
  },
  {
    what: 'monitor a validation set',
    ...{ operation: 'monitor-validation-set', parameters: { 'validation-set': set } },
    ...{ path: '/v2/validation-sets/acme/base', json: { action: 'apply', mode: 'monitor', sequence: 1 } },
  },
  {
    what: 'create a recovery system',
    ...{
      operation: 'create-recovery-system',
      parameters: { label: '20260503', 'test-system': true, 'mark-default': true },
    },
    ...{
      path: '/v2/systems',
      json: { action: 'create', label: '20260503', 'test-system': true, 'mark-default': true },
    },
  },
  {
    what: 'create a recovery system offline',
    ...{ operation: 'create-recovery-system', parameters: { label: '20260504', offline: true } },
    ...{ path: '/v2/systems', json: { action: 'create', label: '20260504', offline: true } },
  },
  {
    what: 'create a recovery system with validation sets',
    ...{ operation: 'create-recovery-system', parameters: { label: '20260505', 'validation-sets': [set] } },
    ...{ path: '/v2/systems', json: { action: 'create', label: '20260505', 'validation-sets': [set] } },
  },
  {
    what: 'revert a snap that has no other revision',
    ...{ operation: 'revert', parameters: { snap: 'fleet-hello' } },
    ...{ path: '/v2/snaps/fleet-hello', json: { action: 'revert' } },
  },
  {
    what: 'restart a service that is not there',
    ...{ operation: 'service-control', parameters: { action: 'restart', names: ['fleet-hello.nope'] } },
    ...{ path: '/v2/apps', json: { action: 'restart', names: ['fleet-hello.nope'] } },
  },
  {
    what: 'abort a change that is not there',
    ...{ operation: 'abort-change', parameters: { change: '9999' } },
    ...{ path: '/v2/changes/9999', json: { action: 'abort' } },
  },
];

describeRealSnapd('what a real snapd says to what it cannot do', () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await Stand.start();
    await stand.install('snapd', 'core24', 'hello1');
  }, 180_000);

  afterAll(() => stand?.stop(), 60_000);

  /** How the same request ends for another client: refused at once, or by its change. */
  async function independentEnd(path: string, question: Question): Promise<End> {
    const { message, kind, change } = await stand.snapd.ask(path, question);
    if (change === undefined) return { status: 'failed', cause: 'snapd-refused', message, kind };
    const { err, status, kind: made, summary } = await stand.snapd.changeEnd(change);
    if (status === 'Done') return { status: 'succeeded', change: { kind: made, summary, status } };
    return { status: 'failed', cause: 'change-error', message: err, change: { kind: made, summary, status } };
  }

  const endOf = ({ status, cause, message, snapdKind, changes }: CommandDetail): End => ({
    ...{ status, cause: cause ?? undefined, message: message ?? undefined, kind: snapdKind ?? undefined },
    change: changes[0] && { kind: changes[0].kind, summary: changes[0].summary, status: changes[0].status },
  });

  it.each(asked)(
    'is told word for word when asked to $what',
    async ({ operation, parameters, path, json }) => {
      const independent = await independentEnd(path, { method: 'POST', json });
      const { command, posts } = await stand.run(operation, parameters);
      expect(endOf(command)).toEqual(independent);
      expect(posts).toMatchObject([{ method: 'POST', path, body: JSON.stringify(json) }]);
      await expectCommandToBeTrue(stand, command);
    },
    90_000,
  );

  it('leaves a device that does what it is told next', async () => {
    const { command } = await stand.run('read-configuration', { name: 'system' });
    expect(command).toMatchObject({ status: 'succeeded' });
    await expectRowsToEqualSnapd(stand);
  });
});
