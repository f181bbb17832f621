import type { Change } from '@corefleet/snapd-client';
import { aboutOf, findOperation, isCutShort, operations, type PreparedOperation } from './index';

const prepared = (name: string, parameters: unknown): PreparedOperation => {
  const preparation = findOperation(name)?.prepare(parameters);
  if (preparation?.kind !== 'prepared') throw new Error(JSON.stringify(preparation));
  return preparation.operation;
};

const aChange = (kind: string, summary: string, more: Partial<Change> = {}): Change => ({
  id: '1',
  kind,
  summary,
  status: 'Done',
  ready: true,
  ...more,
});

const file = { sha256: '0'.repeat(64), size: 5, name: 'lab-hello_1.snap' };
const artifact = { files: [file] };

describe('parameters', () => {
  it.each<[string, unknown, string]>([
    ['refresh', { snaps: ['a_b_c'] }, 'invalid snap name: "a_b_c"'],
    ['refresh', { snaps: ['aa', 'bb'], channel: 'edge' }, 'unsupported option provided for multi-snap operation'],
    [
      'refresh',
      { snaps: ['aa'], 'validation-sets': ['acme/x'] },
      'snap names cannot be specified with validation sets to enforce',
    ],
    [
      'refresh',
      { snaps: ['aa'], 'cohort-key': 'k', 'leave-cohort': true },
      'cannot specify both cohort-key and leave-cohort',
    ],
    ['refresh', { transaction: 'per-package' }, 'invalid value for transaction type: per-package'],
    ['refresh', { snaps: 'aa' }, 'expected array'],
    [
      'hold',
      { time: 'later', 'hold-level': 'general', snaps: ['aa'] },
      'hold action requires time to be "forever" or in RFC3339 format',
    ],
    [
      'hold',
      { time: 'forever', 'hold-level': 'high', snaps: ['aa'] },
      'hold action requires hold-level to be either "auto-refresh" or "general"',
    ],
    ['hold', { time: 'forever', 'hold-level': 'general' }, 'holding general refreshes for all snaps is not supported'],
    ['create-recovery-system', { label: 'Not_One' }, 'invalid seed system label: "Not_One"'],
    ['create-recovery-system', {}, '"label": expected string'],
    [
      'enforce-validation-set',
      { 'validation-set': 'acme' },
      'cannot parse validation set "acme": expected a single account/name',
    ],
    [
      'enforce-validation-set',
      { 'validation-set': 'acme/base=0' },
      'cannot parse validation set "acme/base=0": invalid sequence: "0"',
    ],
    ['set-configuration', { snap: 'system', values: {} }, 'expected at least one key'],
    ['abort-change', { change: '-1' }, 'invalid change id'],
    ['reboot', { now: true }, 'unknown parameter "now"'],
    ['sideload', { path: '/etc/passwd' }, 'unknown parameter "path"'],
    ['sideload', { files: [{ ...file, sha256: 'A' }] }, 'expected a SHA-256 in lower-case hex'],
    ['sideload', { files: [{ ...file, name: '../passwd' }] }, 'expected a file name without slashes'],
    ['service-control', { action: 'start', names: ['a.b'], disable: true }, 'disable goes with stop only'],
  ])('of %s refuse %j', (name, parameters, problem) => {
    const preparation = findOperation(name)?.prepare(parameters);
    expect(preparation).toMatchObject({ kind: 'bad-parameters' });
    expect(
      JSON.stringify(preparation?.kind === 'bad-parameters' && preparation.problems.join('; ')).replaceAll('\\', ''),
    ).toContain(problem);
  });

  it.each<[string, unknown]>([
    ['refresh', {}],
    ['refresh', { snaps: ['aa'], channel: '2.0/edge/fix', revision: '12' }],
    ['refresh', { 'validation-sets': ['acme/base=14', 'acme/extra'] }],
    ['hold', { time: '2030-01-01T00:00:00Z', 'hold-level': 'auto-refresh' }],
    ['sideload', artifact],
    ['service-control', { action: 'restart', names: ['app', 'app.daemon'], reload: true }],
  ])('of %s take %j', (name, parameters) => {
    expect(findOperation(name)?.prepare(parameters)).toMatchObject({ kind: 'prepared' });
  });
});

it('says which files of the server a sideload needs', () => {
  expect(prepared('sideload', artifact).artifacts).toEqual([file]);
  expect(prepared('refresh', {}).artifacts).toEqual([]);
});

// Summaries as a real snapd 2.77.1 wrote them.
describe('the change of an operation', () => {
  it.each<[string, unknown, Change, boolean]>([
    ['refresh', { snaps: ['lab-app'] }, aChange('refresh-snap', 'Refresh "lab-app" snap'), true],
    [
      'refresh',
      { snaps: ['lab-app'], channel: 'edge' },
      aChange('refresh-snap', 'Refresh "lab-app" snap from "edge" channel'),
      true,
    ],
    ['refresh', { snaps: ['lab-app'] }, aChange('refresh-snap', 'Refresh snaps "lab-app": no updates'), true],
    ['refresh', { snaps: ['lab-hello'] }, aChange('refresh-snap', 'Refresh "lab-app" snap'), false],
    ['refresh', {}, aChange('refresh-snap', 'Refresh all snaps: no updates'), true],
    ['refresh', {}, aChange('refresh-snap', 'Refresh "lab-big" snap'), true],
    ['refresh', {}, aChange('refresh-snap', 'Enforce validation sets "developer1/base=1" for snaps "lab-app"'), false],
    [
      'refresh',
      { 'validation-sets': ['developer1/base=1'] },
      aChange('refresh-snap', 'Enforce validation sets "developer1/base=1" for snaps "lab-app"'),
      true,
    ],
    [
      'enforce-validation-set',
      { 'validation-set': 'developer1/base=2', refresh: true },
      aChange('refresh-snap', 'Enforce validation sets "developer1/base=1"'),
      false,
    ],
    ['install', { snaps: ['lab-app', 'lab-big'] }, aChange('install-snap', 'Install snaps "lab-app", "lab-big"'), true],
    [
      'install',
      { snaps: ['lab-hello'] },
      aChange('install-snap', 'Install "lab-hello" snap from file "lab-hello_1.snap"'),
      false,
    ],
    ['remove', { snaps: ['nope'] }, aChange('remove-snap', 'Remove snap "nope"'), true],
    [
      'remove-components',
      { snap: 'lab-hello', components: ['extra'] },
      aChange('remove-snap', 'Remove component(s) [extra] for "lab-hello" snap'),
      true,
    ],
    [
      'remove',
      { snaps: ['lab-hello'] },
      aChange('remove-snap', 'Remove component(s) [extra] for "lab-hello" snap'),
      false,
    ],
    [
      'install',
      { snaps: ['a1', 'b1'], components: { a1: ['docs'] } },
      aChange('install-snap', 'Install snaps "a1" (with component "docs"), "b1"'),
      true,
    ],
    [
      'switch',
      { snap: 'lab-app', channel: 'latest/edge' },
      aChange('switch-snap', 'Switch "lab-app" snap to channel "latest/edge"'),
      true,
    ],
    [
      'remodel',
      { 'new-model': 'type: model\nauthority-id: acme\nbrand-id: acme\nmodel: box\nrevision: 1\n\nc2ln\n' },
      aChange('remodel', 'Refresh model assertion from revision 0 to 1'),
      true,
    ],
    [
      'remodel',
      { 'new-model': 'type: model\nauthority-id: acme\nbrand-id: acme\nmodel: box\n\nc2ln\n' },
      aChange('remodel', 'Remodel device to acme/other (0)'),
      false,
    ],
    [
      'set-confdb',
      { account: 'developer1', schema: 'network', view: 'wifi-admin', values: { ssid: 'x' } },
      aChange('set-confdb', 'Set confdb through "developer1/network/wifi-admin"'),
      true,
    ],
    ['restore-snapshot', { set: 2 }, aChange('restore-snapshot', 'Restore of snapshot set #2'), true],
    ['restore-snapshot', { set: 2 }, aChange('restore-snapshot', 'Restore of snapshot set #21'), false],
    ['ensure-quota', { 'group-name': 'gg' }, aChange('quota-control', 'Create quota group'), true],
    ['remove-quota', { 'group-name': 'gg' }, aChange('quota-control', 'Create quota group'), false],
    [
      'hold',
      { snaps: ['lab-app'], time: 'forever', 'hold-level': 'general' },
      aChange('hold-snap', 'Hold general refreshes for "lab-app"'),
      true,
    ],
    [
      'unhold',
      { snaps: ['lab-noop', 'lab-hello'] },
      aChange('unhold-snap', 'Remove refresh hold on "lab-noop", "lab-hello"'),
      true,
    ],
    [
      'set-configuration',
      { snap: 'system', values: { a: 1 } },
      aChange('configure-snap', 'Change configuration of "core" snap'),
      true,
    ],
    [
      'set-configuration',
      { snap: 'lab-hello', values: { a: 1 } },
      aChange('configure-snap', 'Change configuration of "core" snap'),
      false,
    ],
    [
      'create-recovery-system',
      { label: 'lab-1' },
      aChange('create-recovery-system', 'Create new recovery system with label "lab-1"'),
      true,
    ],
    [
      'create-recovery-system',
      { label: 'lab' },
      aChange('create-recovery-system', 'Create new recovery system with label "lab-1"'),
      false,
    ],
    [
      'remove-recovery-system',
      { label: 'lab-1' },
      aChange('remove-recovery-system', 'Remove recovery system with label "lab-1"'),
      true,
    ],
    ['sideload', artifact, aChange('install-snap', 'Install "lab-hello" snap from file "0000000000000000.snap"'), true],
  ])('%s %j and %j: %s', (name, parameters, change, expected) => {
    expect(prepared(name, parameters).matches(change)).toBe(expected);
  });
});

it('knows a change that was aborted before it did anything, whatever its status', () => {
  const task = { id: '1', kind: 'prerequisites', summary: '' };
  expect(isCutShort(aChange('refresh-snap', '', { tasks: [{ ...task, status: 'Done' }] }))).toBe(false);
  expect(
    isCutShort(
      aChange('refresh-snap', '', {
        tasks: [
          { ...task, status: 'Done' },
          { ...task, status: 'Hold' },
        ],
      }),
    ),
  ).toBe(true);
  expect(isCutShort(aChange('refresh-snap', '', { status: 'Error' }))).toBe(true);
});

it('has each operation once, with a title', () => {
  expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length);
  for (const operation of operations) expect(aboutOf(operation).title).not.toBe(operation.name);
});

it.each([
  ['revert', { snap: 'aa' }, false],
  ['revert', { snap: 'aa', revision: '2' }, true],
  ['service-control', { action: 'restart', names: ['aa'] }, false],
  ['service-control', { action: 'stop', names: ['aa'] }, true],
  ['sideload', artifact, false],
  ['create-recovery-system', { label: 'l' }, false],
  ['refresh', {}, true],
])('%s %j sent twice is as good as once: %s', (name, parameters, idempotent) => {
  expect(prepared(name, parameters).idempotent).toBe(idempotent);
});
