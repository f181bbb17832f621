import fc from 'fast-check';
import { POOL, SAMPLES_NOW, type SampleDevice, type SampleSet, type SampleSnap } from './sample-device';

/** A filter as text, and what it means: written down a second time, over what devices tell instead of over rows. */
export interface SampleFilter {
  readonly text: string;
  holds(device: SampleDevice): boolean;
}

type Value = string | number | boolean | undefined;
type Read = (device: SampleDevice) => Value;

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const plain = (text: string): string => (/^[A-Za-z0-9._/-]+$/.test(text) ? text : quoted(text));

/** What a field of few words can be asked. */
function choiceTerms(field: string, read: Read, values: readonly string[]): fc.Arbitrary<SampleFilter> {
  const one = fc.constantFrom(...values);
  return fc.oneof<fc.Arbitrary<SampleFilter>[]>(
    one.map((value) => ({ text: `${field}=${plain(value)}`, holds: (device) => read(device) === value })),
    one.map((value) => ({ text: `${field} != ${quoted(value)}`, holds: (device) => read(device) !== value })),
    fc.array(one, { minLength: 1, maxLength: 3 }).map((many) => ({
      text: `${field} in (${many.map(plain).join(', ')})`,
      holds: (device) => many.some((value) => value === read(device)),
    })),
    fc.constant({ text: `has ${field}`, holds: (device) => read(device) !== undefined }),
  );
}

/** What a text field can be asked: that, and how it begins and ends. */
function textTerms(field: string, read: Read, values: readonly string[]): fc.Arbitrary<SampleFilter> {
  const unquoted = values.filter((value) => /^[A-Za-z0-9._%\\/-]+$/.test(value));
  return fc.oneof(
    choiceTerms(field, read, values),
    fc.tuple(fc.constantFrom(...unquoted), fc.nat(3), fc.nat(1)).map(([value, first, last]) => {
      const [head, tail] = [value.slice(0, first), value.slice(value.length - last)];
      const holds = (device: SampleDevice): boolean => {
        const text = read(device);
        if (typeof text !== 'string' || text.length < head.length + tail.length) return false;
        return text.startsWith(head) && text.endsWith(tail);
      };
      return { text: `${field}=${head}*${tail}`, holds };
    }),
  );
}

const ORDERS = {
  '<': (sign: number) => sign < 0,
  '<=': (sign: number) => sign <= 0,
  '>': (sign: number) => sign > 0,
  '>=': (sign: number) => sign >= 0,
};
const order = fc.constantFrom(...(Object.keys(ORDERS) as (keyof typeof ORDERS)[]));

/** What a field with an order can be asked; `sign` tells how the device's value lies to the filter's, or that it has none. */
function orderTerms(
  field: string,
  values: readonly string[],
  sign: (device: SampleDevice, value: string) => number | undefined,
): fc.Arbitrary<SampleFilter> {
  return fc.tuple(order, fc.constantFrom(...values)).map(([how, value]) => ({
    text: `${field}${how}${value}`,
    holds: (device) => {
      const lies = sign(device, value);
      return lies !== undefined && ORDERS[how](lies);
    },
  }));
}

function truthTerms(field: string, read: Read): fc.Arbitrary<SampleFilter> {
  return fc.oneof<fc.Arbitrary<SampleFilter>[]>(
    fc.boolean().map((value) => ({ text: `${field}=${value}`, holds: (device) => read(device) === value })),
    fc.constant({ text: `has ${field}`, holds: (device) => read(device) !== undefined }),
  );
}

function presenceTerms(field: string, isThere: (device: SampleDevice) => boolean): fc.Arbitrary<SampleFilter> {
  return fc.constantFrom<SampleFilter>(
    { text: `has ${field}`, holds: isThere },
    { text: `${field}=true`, holds: isThere },
    { text: `${field}=false`, holds: (device) => !isThere(device) },
  );
}

function numbersOf(version: unknown): number[] | undefined {
  const numbers = typeof version === 'string' ? /^\d+(\.\d+)*/.exec(version)?.[0] : undefined;
  return numbers?.split('.').map(Number);
}

function versionSign(version: unknown, other: string): number | undefined {
  const [one, two] = [numbersOf(version), numbersOf(other)];
  if (!one || !two) return undefined;
  for (let at = 0; at < Math.min(one.length, two.length); at += 1) {
    if (one[at] !== two[at]) return (one[at] ?? 0) - (two[at] ?? 0);
  }
  return one.length - two.length;
}

const numberSign = (value: Value, other: number): number | undefined =>
  typeof value === 'number' ? value - other : undefined;

/** The revision of the snap that counts: the active one, else the one installed last. */
function snapOf(device: SampleDevice, name: string): SampleSnap | undefined {
  const revisions = (device.facts.snaps ?? []).filter((snap) => snap.name === name);
  const lastFirst = [...revisions].sort((one, two) => two['install-date'].localeCompare(one['install-date']));
  return revisions.find(({ status }) => status === 'active') ?? lastFirst[0];
}

const emptyIsAbsent = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const isAhead = (time: string | undefined): boolean => time !== undefined && Date.parse(time) > SAMPLES_NOW.getTime();

function snapTerms(name: string): fc.Arbitrary<SampleFilter> {
  const of = (read: (snap: SampleSnap) => Value): Read => {
    return (device) => {
      const snap = snapOf(device, name);
      return snap && read(snap);
    };
  };
  const revision = of((snap) => snap.revision);
  return fc.oneof(
    fc.constant<SampleFilter>({ text: `has snap.${name}`, holds: (device) => snapOf(device, name) !== undefined }),
    presenceTerms(`snap.${name}.installed`, (device) => snapOf(device, name) !== undefined),
    truthTerms(
      `snap.${name}.active`,
      of((snap) => snap.status === 'active'),
    ),
    truthTerms(
      `snap.${name}.held`,
      of((snap) => isAhead(snap.hold) || isAhead(snap['gating-hold'])),
    ),
    truthTerms(
      `snap.${name}.inhibited`,
      of((snap) => snap['refresh-inhibit'] !== undefined),
    ),
    orderTerms(`snap.${name}.failures`, ['1', '2'], (device, value) =>
      numberSign(snapOf(device, name)?.['refresh-failures']?.['failure-count'], Number(value)),
    ),
    textTerms(
      `snap.${name}.failed-revision`,
      of((snap) => snap['refresh-failures']?.revision),
      POOL.revisions,
    ),
    textTerms(`snap.${name}.revision`, revision, POOL.revisions),
    orderTerms(`snap.${name}.revision`, ['9', '1380', '0', '99999'], (device, value) => {
      const number = Number(revision(device)); // NaN of x1, and of none
      return Number.isNaN(number) ? undefined : number - Number(value);
    }),
    textTerms(
      `snap.${name}.version`,
      of((snap) => emptyIsAbsent(snap.version)),
      POOL.versions,
    ),
    orderTerms(`snap.${name}.version`, ['1.2', '1.9', '2', '2.70.1'], (device, value) =>
      versionSign(snapOf(device, name)?.version, value),
    ),
    textTerms(
      `snap.${name}.channel`,
      of((snap) => snap['tracking-channel'] ?? snap.channel),
      POOL.channels,
    ),
  );
}

function setTerms(name: string): fc.Arbitrary<SampleFilter> {
  const setOf = (device: SampleDevice): SampleSet | undefined =>
    device.facts['validation-sets']?.find((set) => set.name === name);
  const field = `set.acme/${name}`;
  return fc.oneof(
    presenceTerms(`${field}.tracked`, (device) => setOf(device) !== undefined),
    truthTerms(`${field}.valid`, (device) => setOf(device)?.valid),
    truthTerms(`${field}.pinned`, (device) => {
      const set = setOf(device);
      return set && set['pinned-at'] !== undefined;
    }),
    choiceTerms(`${field}.mode`, (device) => setOf(device)?.mode, ['monitor', 'enforce']),
    orderTerms(`${field}.sequence`, ['12', '14'], (device, value) =>
      numberSign(setOf(device)?.sequence, Number(value)),
    ),
    orderTerms(`${field}.pinned-at`, ['13'], (device, value) =>
      numberSign(setOf(device)?.['pinned-at'], Number(value)),
    ),
  );
}

const ageSign = (at: Date | undefined, unit: string): number | undefined =>
  at && SAMPLES_NOW.getTime() - at.getTime() - (unit === '7d' ? 7 * 864e5 : 90e3);

const systemTerms = fc.oneof(
  textTerms('system.current', (device) => device.facts.systems?.find(({ current }) => current)?.label, POOL.labels),
  textTerms(
    'system.default',
    (device) => device.facts.systems?.find((system) => system['default-recovery-system'])?.label,
    POOL.labels,
  ),
  orderTerms('system.count', ['0', '1', '2'], (device, value) =>
    numberSign(device.facts.systems?.length, Number(value)),
  ),
  fc.constantFrom(...POOL.labels).map((label) => ({
    text: `system.label=${label}`,
    holds: (device: SampleDevice) => (device.facts.systems ?? []).some((system) => system.label === label),
  })),
  fc.constant<SampleFilter>({ text: 'has system.label', holds: ({ facts }) => (facts.systems ?? []).length > 0 }),
  fc.constant<SampleFilter>({
    text: 'system.label=2026*',
    holds: ({ facts }) => (facts.systems ?? []).some(({ label }) => label.startsWith('2026')),
  }),
);

const deviceTerms = fc.oneof(
  textTerms('brand', (device) => device.brandId, POOL.brands),
  textTerms('model', (device) => device.model, POOL.models),
  textTerms('serial', (device) => device.serial, POOL.serials),
  textTerms('site', (device) => device.labels['site'], POOL.sites),
  textTerms('label.site', (device) => device.labels['site'], POOL.sites),
  textTerms('label.a.b', (device) => device.labels['a.b'], ['x', 'y']),
  truthTerms('enrolled', (device) => device.enrolled),
  truthTerms('online', ({ link }) => link !== null && (ageSign(link.lastSeenAt, '90s') ?? 0) < 0),
  orderTerms('last-seen', ['7d', '90s'], (device, unit) => ageSign(device.link?.lastSeenAt, unit)),
  orderTerms('created', ['7d', '90s'], (device, unit) => ageSign(device.createdAt, unit)),
  orderTerms(
    'created',
    ['2026-11-20', '2026-11-27T11:00:00Z'],
    (device, at) => device.createdAt.getTime() - Date.parse(at),
  ),
  textTerms('agent.version', (device) => device.link?.agentVersion, POOL.versions),
  textTerms('snapd.version', ({ facts }) => emptyIsAbsent(facts['system-info']?.version), POOL.versions),
  orderTerms('snapd.version', ['1.2', '2.70'], ({ facts }, value) => versionSign(facts['system-info']?.version, value)),
  choiceTerms('snapd.state', (device) => device.link?.snapdState, ['reachable', 'unreachable']),
  textTerms('architecture', ({ facts }) => facts['system-info']?.architecture, ['amd64', 'arm64']),
  truthTerms('classic', ({ facts }) => facts['system-info'] && facts['system-info']['on-classic'] === true),
  orderTerms('refresh.last', ['2026-11-21', '2026-11-26T10:00:00Z'], ({ facts }, at) => {
    const last = facts['system-info']?.refresh?.last;
    return last === undefined ? undefined : Date.parse(last) - Date.parse(at);
  }),
  truthTerms('refresh.held', ({ facts }) => isAhead(facts['system-info']?.refresh?.hold)),
  textTerms('model.base', ({ facts }) => facts.model?.headers.base, ['core22', 'core24']),
  orderTerms('warnings', ['0', '1'], ({ facts }, value) => numberSign(facts.warnings?.length, Number(value))),
  textTerms('time-zone', ({ facts }) => facts.host?.timeZone, ['Europe/Berlin', 'UTC']),
  orderTerms('disk.free', ['512M', '1T'], ({ facts }, value) =>
    numberSign(facts.host?.disk.free, value === '512M' ? 2 ** 29 : 2 ** 40),
  ),
);

const term = fc.oneof(deviceTerms, systemTerms, ...POOL.snaps.map(snapTerms), ...POOL.sets.map(setTerms));

/** Filters of every operator, over the values of POOL, up to some depth. */
export const sampleFilter: fc.Arbitrary<SampleFilter> = fc.letrec<{ filter: SampleFilter }>((tie) => {
  const parts = fc.array(tie('filter'), { minLength: 2, maxLength: 3 });
  return {
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      term,
      tie('filter').map(({ text, holds }) => ({
        text: `not (${text})`,
        holds: (device: SampleDevice) => !holds(device),
      })),
      parts.map((each) => ({
        text: each.map(({ text }) => `(${text})`).join(' and '),
        holds: (device: SampleDevice) => each.every(({ holds }) => holds(device)),
      })),
      parts.map((each) => ({
        text: each.map(({ text }) => `(${text})`).join(' or '),
        holds: (device: SampleDevice) => each.some(({ holds }) => holds(device)),
      })),
    ),
  };
}).filter;
