import { SnapdClient } from '@corefleet/snapd-client';
import { SimulatedSnapd, SimulatedStore, VirtualClock } from '@corefleet/snapd-simulator';
import type { InstalledSnap, ValidationSet } from '@corefleet/validation-set-rules';
import { componentRevision, COMPONENTS, idOf, NEWEST, REVISIONS, SNAPS } from './arbitrary';

const MODEL = `type: model
authority-id: acme
series: 16
brand-id: acme
model: box
architecture: amd64
base: core24
grade: signed
timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: t5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7

AcLBcwQAAQoAHRYhBJ==
`;

/** A simulated device with the client of it. */
export interface SimulatedDevice {
  snapd: SimulatedSnapd;
  client: SnapdClient;
}

/** A device with these snaps alone, and a store that has every revision of them and the sets. Dispose of `snapd` after use. */
export async function deviceWith(
  installed: readonly InstalledSnap[],
  sets: readonly ValidationSet[],
): Promise<SimulatedDevice> {
  const snapd = new SimulatedSnapd({ store: aStore(sets), clock: new VirtualClock(), model: MODEL, snaps: [] });
  const client = new SnapdClient(snapd.transport());
  for (const { name, revision, ignoreValidation, components = {} } of installed) {
    const how = { revision, components: Object.keys(components), 'ignore-validation': ignoreValidation };
    await client.snaps.actOn(name, { action: 'install', ...how });
  }
  return { snapd, client };
}

function aStore(sets: readonly ValidationSet[]): SimulatedStore {
  const store = new SimulatedStore();
  for (const name of SNAPS) {
    const revisions = REVISIONS.map((revision) => ({
      revision: Number(revision),
      components: partsAt(name, revision),
    }));
    store.addSnap({ name, id: idOf(name), revisions, channels: { stable: Number(NEWEST) } });
  }
  for (const { snaps, ...set } of sets) store.addValidationSet({ ...set, snaps: snaps.map(numbered) });
  return store;
}

const partsAt = (name: string, revision: string): Record<string, number> =>
  Object.fromEntries(name === 'xx' ? COMPONENTS.map((part) => [part, Number(componentRevision(revision))]) : []);

const numbered = ({ components, ...snap }: ValidationSet['snaps'][number]) => ({
  ...withNumber(snap),
  ...(components && {
    components: Object.fromEntries(Object.entries(components).map(([name, said]) => [name, withNumber(said)])),
  }),
});

function withNumber<C extends { revision?: string | undefined }>({ revision, ...said }: C) {
  return { ...said, ...(revision !== undefined && { revision: Number(revision) }) };
}

/** Revisions by snap, and by `snap+component`. */
export type Shown = Record<string, string>;

/** What is installed. */
export async function shown(client: SnapdClient): Promise<Shown> {
  const snaps = await client.snaps.list();
  return Object.fromEntries(
    snaps.flatMap(({ name, revision, components = [] }) => [
      [name, revision],
      ...components.map((part) => [`${name}+${part.name}`, part.revision ?? '']),
    ]),
  ) as Shown;
}
