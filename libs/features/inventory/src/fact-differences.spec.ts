import { FactName } from '@corefleet/contracts/device-protocol';
import * as fc from 'fast-check';
import { differencesOf } from './fact-differences';

const snap = (name: string, revision: string, but: object = {}) => ({
  ...{
    name,
    revision,
    version: `1.${revision}`,
    status: 'active',
    'tracking-channel': 'latest/stable',
    summary: 'A snap',
  },
  ...but,
});
const aConnection = (snap: string, plug: string) => ({
  plug: { snap, plug },
  slot: { snap: 'snapd', slot: plug },
  interface: plug,
});
const before = [
  snap('core24', '7', { status: 'installed' }),
  snap('core24', '8'),
  snap('hello', '1'),
  snap('old', '3'),
];

describe('differences of a fact', () => {
  it.each([
    ['nothing, in another order', [...before].reverse(), []],
    [
      'a refresh',
      [snap('core24', '8', { status: 'installed' }), snap('core24', '9'), snap('hello', '1'), snap('old', '3')],
      [
        { item: 'core24', path: 'on-disk', from: ['7', '8'], to: ['8', '9'] },
        { item: 'core24', path: 'revision', from: '8', to: '9' },
        { item: 'core24', path: 'version', from: '1.8', to: '1.9' },
      ],
    ],
    [
      'a snap that came, one that went',
      [before[0], before[1], before[2], snap('new', 'x1')],
      [
        { item: 'new', to: expect.objectContaining({ revision: 'x1', 'on-disk': ['x1'] }) },
        { item: 'old', from: expect.objectContaining({ revision: '3' }) },
      ],
    ],
    [
      'a hold, a failure, a component, and other words in a description',
      [
        ...before.slice(0, 2),
        snap('hello', '1', { hold: '2026-06-01T00:00:00Z', components: [{ name: 'de', revision: '4', size: 1 }] }),
        snap('old', '3', { 'refresh-failures': { revision: '4', 'failure-count': 1 }, summary: 'Another word' }),
      ],
      [
        { item: 'hello', path: 'components', to: ['de 4'] },
        { item: 'hello', path: 'hold', to: '2026-06-01T00:00:00Z' },
        { item: 'old', path: 'refresh-failures.failure-count', to: 1 },
        { item: 'old', path: 'refresh-failures.revision', to: '4' },
      ],
    ],
  ])('are of snaps: %s', (_what, after, expected) => {
    expect(differencesOf('snaps', before, after)).toEqual(expected);
  });

  it.each([
    [
      'system-info' as const,
      { version: '2.70', refresh: { next: '10:00', timer: 'daily' } },
      { version: '2.71', refresh: { next: '14:00', timer: 'daily' }, managed: false },
      [
        { path: 'managed', to: false },
        { path: 'refresh.next', from: '10:00', to: '14:00' },
        { path: 'version', from: '2.70', to: '2.71' },
      ],
    ],
    [
      'validation-sets' as const,
      [{ 'account-id': 'acme', name: 'base', sequence: 1, valid: true }],
      [{ 'account-id': 'acme', name: 'base', sequence: 2, valid: true }],
      [{ item: 'acme/base', path: 'sequence', from: 1, to: 2 }],
    ],
    ['systems' as const, [{ label: '20260101' }], [], [{ item: '20260101', from: { label: '20260101' } }]],
    [
      'warnings' as const,
      [],
      [{ message: 'disk is full' }],
      [{ item: 'disk is full', to: { message: 'disk is full' } }],
    ],
    [
      'services' as const,
      [{ snap: 'acme', name: 'web', daemon: 'simple', active: true }],
      [{ snap: 'acme', name: 'web', daemon: 'simple' }],
      [{ item: 'acme.web', path: 'active', from: true }],
    ],
    [
      'connections' as const,
      { established: [aConnection('acme', 'camera'), aConnection('acme', 'network')], undesired: [] },
      { established: [aConnection('acme', 'network')], undesired: [aConnection('acme', 'camera')] },
      [{ item: 'acme:camera snapd:camera', path: 'state', from: 'established', to: 'undesired' }],
    ],
    ['model' as const, 'none', 7, [{ from: 'none', to: 7 }]],
    ['warnings' as const, 'odd', [], [{ from: 'odd', to: [] }]],
  ])('are of %s', (name, one, two, expected) => {
    expect(differencesOf(name, one, two)).toEqual(expected);
  });

  it('are none between equal values, and turned round the same with from and to exchanged', () => {
    const names = fc.constantFrom(...FactName.options);
    fc.assert(
      fc.property(names, fc.jsonValue(), fc.jsonValue(), (name, one, two) => {
        expect(differencesOf(name, one, structuredClone(one))).toEqual([]);
        const turned = differencesOf(name, two, one).map(({ from, to, ...rest }) => ({ ...rest, from: to, to: from }));
        const there = differencesOf(name, one, two).map(({ from, to, ...rest }) => ({ ...rest, from, to }));
        expect(turned).toEqual(there);
      }),
    );
  });
});
