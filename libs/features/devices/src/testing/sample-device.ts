import { randomUUID } from 'node:crypto';
import fc from 'fast-check';

/** A revision of a snap as snapd lists it. */
export interface SampleSnap {
  name: string;
  revision: string;
  status: string;
  version: string;
  channel: string;
  'tracking-channel'?: string;
  'install-date': string;
  hold?: string;
  'gating-hold'?: string;
  'refresh-inhibit'?: object;
  'refresh-failures'?: { revision: string; 'failure-count': number };
}

export interface SampleSet {
  'account-id': string;
  name: string;
  mode: string;
  sequence: number;
  'pinned-at'?: number;
  valid: boolean;
}

export interface SampleSystem {
  label: string;
  current?: boolean;
  'default-recovery-system'?: boolean;
}

/** A device with everything that filters can ask about, as devices and people tell it. */
export interface SampleDevice {
  id: string;
  brandId: string;
  model: string;
  serial: string;
  labels: Record<string, string>;
  enrolled: boolean;
  createdAt: Date;
  link: { agentVersion: string; snapdState: string; lastSeenAt: Date } | null;
  facts: {
    snaps?: SampleSnap[];
    'validation-sets'?: SampleSet[];
    systems?: SampleSystem[];
    'system-info'?: {
      version: string;
      architecture: string;
      'on-classic'?: boolean;
      'system-mode': string;
      refresh?: { last?: string; hold?: string };
    };
    model?: { headers: { base?: string; grade?: string } };
    warnings?: unknown[];
    host?: { timeZone: string; disk: { free: number; total: number } };
  };
}

/** Small sets of values, so that filters made of them meet devices made of them. */
export const POOL = {
  models: ['pc', 'pi', 'pi-5'],
  brands: ['acme', 'other'],
  serials: ['pi-1', 'pi-2', 'pi%2', 'PI-1', 'a_b', 'axb', 'a\\b', 'say "no"', "'; DROP TABLE devices; --", '*'],
  sites: ['berlin', 'bonn', 'Berlin', '', 'New York'],
  snaps: ['core22', 'snapd', 'app'],
  versions: ['1.2', '1.10', '1.2.0', '2.0-rc1', '10', 'git-12', '2.70.1+git3', ''],
  revisions: ['1379', '1380', '1381', '9', 'x1', 'x12'],
  channels: ['latest/stable', 'latest/edge', '22/stable'],
  sets: ['base', 'extra'],
  labels: ['20261101', '20261120', 'test-1'],
} as const;

const NOW = Date.parse('2026-11-27T12:00:00.000Z');
/** When the samples are looked at. */
export const SAMPLES_NOW = new Date(NOW);

const agoMs = fc.constantFrom(0, 1_000, 89_000, 90_000, 91_000, 3_600_000, 6 * 864e5, 7 * 864e5, 8 * 864e5);
const hold = fc.constantFrom(
  '2026-11-27T11:59:59Z',
  '2026-11-27T14:00:00.123456789+01:00',
  '2326-01-01T00:00:00Z',
  'now',
  '2026-13-01T00:00:00Z',
);

const snapsNamed = (name: string): fc.Arbitrary<SampleSnap[]> =>
  fc
    .record({
      revisions: fc.uniqueArray(fc.constantFrom(...POOL.revisions), { maxLength: 3 }),
      active: fc.nat(3),
      body: fc.record(
        {
          version: fc.constantFrom(...POOL.versions),
          channel: fc.constantFrom(...POOL.channels),
          'tracking-channel': fc.constantFrom(...POOL.channels),
          hold,
          'gating-hold': hold,
          'refresh-inhibit': fc.constant({ 'proceed-time': '2026-12-11T00:00:00Z' }),
          'refresh-failures': fc.record({
            revision: fc.constantFrom(...POOL.revisions),
            'failure-count': fc.integer({ min: 1, max: 3 }),
          }),
        },
        { requiredKeys: ['version', 'channel'] },
      ),
    })
    .map(({ revisions, active, body }) =>
      revisions.map((revision, at) => ({
        ...{ ...body, name, revision, status: at === active ? 'active' : 'installed' },
        'install-date': `2026-11-0${((at * 2) % 3) + 1}T10:00:00Z`,
      })),
    );

const setNamed = (name: string): fc.Arbitrary<SampleSet[]> =>
  fc.array(
    fc.record(
      {
        'account-id': fc.constant('acme'),
        name: fc.constant(name),
        mode: fc.constantFrom('monitor', 'enforce'),
        sequence: fc.integer({ min: 12, max: 15 }),
        'pinned-at': fc.integer({ min: 12, max: 15 }),
        valid: fc.boolean(),
      },
      { requiredKeys: ['account-id', 'name', 'mode', 'sequence', 'valid'] },
    ),
    { maxLength: 1 },
  );

const systems = fc.tuple(fc.subarray([...POOL.labels]), fc.nat(3), fc.nat(3)).map(([labels, current, main]) =>
  labels.map((label, at) => ({
    label,
    ...(at === current && { current: true }),
    ...(at === main && { 'default-recovery-system': true }),
  })),
);

const facts: fc.Arbitrary<SampleDevice['facts']> = fc.record(
  {
    snaps: fc.tuple(...POOL.snaps.map(snapsNamed)).map((each) => each.flat()),
    'validation-sets': fc.tuple(...POOL.sets.map(setNamed)).map((each) => each.flat()),
    systems,
    'system-info': fc.record(
      {
        version: fc.constantFrom(...POOL.versions),
        architecture: fc.constantFrom('amd64', 'arm64'),
        'on-classic': fc.boolean(),
        'system-mode': fc.constantFrom('run', 'recover'),
        refresh: fc.record(
          { last: fc.constantFrom('2026-11-20T12:00:00Z', '2026-11-26T12:00:00+02:00'), hold },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['version', 'architecture', 'system-mode'] },
    ),
    model: fc.record({
      headers: fc.record(
        { base: fc.constantFrom('core22', 'core24'), grade: fc.constantFrom('signed', 'dangerous') },
        { requiredKeys: [] },
      ),
    }),
    warnings: fc.array(fc.constant({ message: 'w' }), { maxLength: 2 }),
    host: fc.record({
      timeZone: fc.constantFrom('Europe/Berlin', 'UTC'),
      disk: fc.record({ free: fc.constantFrom(0, 2 ** 29, 2 ** 36), total: fc.constant(2 ** 40) }),
    }),
  },
  { requiredKeys: [] },
);

export const sampleDevice: fc.Arbitrary<SampleDevice> = fc
  .record({
    brandId: fc.constantFrom(...POOL.brands),
    model: fc.constantFrom(...POOL.models),
    serial: fc.constantFrom(...POOL.serials),
    labels: fc.record({ site: fc.constantFrom(...POOL.sites), 'a.b': fc.constant('x') }, { requiredKeys: [] }),
    enrolled: fc.boolean(),
    createdAgoMs: agoMs,
    link: fc.option(
      fc.record({
        agentVersion: fc.constantFrom(...POOL.versions),
        snapdState: fc.constantFrom('reachable', 'unreachable'),
        seenAgoMs: agoMs,
      }),
    ),
    facts,
  })
  .map(({ createdAgoMs, link, ...device }) => ({
    ...device,
    id: randomUUID(),
    createdAt: new Date(NOW - createdAgoMs),
    labels: device.labels as Record<string, string>,
    link: device.enrolled && link ? { ...link, lastSeenAt: new Date(NOW - link.seenAgoMs) } : null,
    facts: device.enrolled ? device.facts : {},
  }));
