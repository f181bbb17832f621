import type { AssertionHeaders } from '../assertion-headers';
import { readAssertions, type KnownAssertion } from '../assertions/database';
import type { Device } from '../device/device';
import type { ValidationSetAssertion, ValidationSetSnap } from '../snaps/store';

/** The sets the device has fetched, as assertions: sorted by their key, newest sequence first. */
export function setAssertions(device: Device): KnownAssertion[] {
  const fetched = device.sets.fetched().sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const sets = fetched.flatMap(
    ({ accountId, name, sequence }) => device.store.validationSet(accountId, name, sequence) ?? [],
  );
  return sets.flatMap((set) => readAssertions(textOf(set)));
}

const keyOf = ({ accountId, name, sequence }: { accountId: string; name: string; sequence: number }): string =>
  `${accountId}/${name}/${String(1e9 - sequence).padStart(10, '0')}`;

/** The text of a set as its account would have signed it; the signature is none. */
function textOf({ accountId, name, sequence, snaps }: ValidationSetAssertion): string {
  return `type: validation-set
authority-id: ${accountId}
series: 16
account-id: ${accountId}
name: ${name}
sequence: ${sequence}
snaps:
${snaps.map(entryOf).join('\n')}
timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: ${'simulated'.padEnd(64, '0')}

c2ltdWxhdGVk
`;
}

function entryOf({ name, id, presence, revision, components }: ValidationSetSnap): string {
  const inner = Object.entries(components ?? {}).flatMap(([component, about]) => [
    `      ${component}:`,
    `        presence: ${about.presence}`,
    ...(about.revision === undefined ? [] : [`        revision: ${about.revision}`]),
  ]);
  return [
    '  -',
    ...(inner.length > 0 ? ['    components:', ...inner] : []),
    ...(id === undefined ? [] : [`    id: ${id}`]),
    `    name: ${name}`,
    `    presence: ${presence ?? 'required'}`,
    ...(revision === undefined ? [] : [`    revision: ${revision}`]),
  ].join('\n');
}

/** A set as the simulator keeps one, from its assertion (§6.4). */
export function setFromAssertion({ headers }: KnownAssertion): ValidationSetAssertion {
  const snaps = (headers.snaps ?? []) as AssertionHeaders[];
  return {
    accountId: String(headers['account-id']),
    name: String(headers.name),
    sequence: Number(headers.sequence),
    snaps: snaps.map((snap) => ({
      name: String(snap.name),
      ...(snap.id !== undefined && { id: String(snap.id) }),
      presence: (snap.presence ?? 'required') as ValidationSetSnap['presence'],
      ...(snap.revision !== undefined && { revision: Number(snap.revision) }),
    })),
  };
}
