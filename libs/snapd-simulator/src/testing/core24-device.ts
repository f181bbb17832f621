import { VirtualClock } from '../clock';
import type { SimulatedSnapdOptions } from '../options';
import { SimulatedSnapd } from '../simulated-snapd';
import { SimulatedStore } from '../snaps/store';
import { TestDevice } from './a-device';
import { DEVELOPER_KEY } from '@corefleet/testing/snapd-recordings/core24';

/** Ids of the recorded device's snaps, as its model and store have them. */
export const SNAP_IDS = {
  pc: 'UqFziVZDHLSyO3TqSWgNBoAdHbLI4dAH',
  'pc-kernel': 'pYVQrBcKmBa0mZ4CCN7ExT6jH8rY1hza',
  core24: 'dwTAh7MZZ01zyriOZErqd1JynQLiOGvM',
  snapd: 'PMrrV4ml8uWuEUDBT8dSGnKUYbevVhc4',
  'lab-app': 'labappidlabappidlabappidlabappid',
  'lab-big': 'labbigidlabbigidlabbigidlabbigid',
  'lab-dla': 'labdlaidlabdlaidlabdlaidlabdlaid',
  'lab-dlb': 'labdlbidlabdlbidlabdlbidlabdlbid',
} as const;

const about = (name: keyof typeof SNAP_IDS) => ({
  name,
  id: SNAP_IDS[name],
  publisher: 'developer1',
  summary: 's',
  grade: '',
});

/** The store of the recorded device as it was when the device left the factory. */
export function core24Store(volumes: Readonly<Record<string, unknown>> = {}): SimulatedStore {
  const store = new SimulatedStore();
  store.addAccount({ id: 'developer1', username: 'developer1', displayName: 'Developer 1', validation: 'unproven' });
  const one = (version: string, sizeBytes = 4096) => [{ revision: 1, version, sizeBytes }];
  store.addSnap({ ...about('snapd'), type: 'snapd', revisions: one('0.1-lab'), channels: { stable: 1 } });
  store.addSnap({ ...about('core24'), type: 'base', revisions: one('0.1-lab', 1_040_384), channels: { edge: 1 } });
  store.addSnap({ ...about('pc-kernel'), type: 'kernel', revisions: one('6.1-lab'), channels: { '24/edge': 1 } });
  const gadget = { type: 'gadget' as const, base: 'core24', revisions: one('24.1-lab'), channels: { '24/edge': 1 } };
  store.addSnap({ ...about('pc'), ...gadget, volumes });
  const app = { base: 'core24', channels: { stable: 1 } };
  store.addSnap({ ...about('lab-app'), ...app, services: [{ name: 'svc' }], revisions: one('1') });
  store.addSnap({ ...about('lab-big'), ...app, revisions: one('1', 30_003_200) });
  store.addSnap({ ...about('lab-dla'), ...app, revisions: one('1', 20_000_768) });
  store.addSnap({ ...about('lab-dlb'), ...app, revisions: one('1', 20_000_768) });
  addSets(store);
  return store;
}

/** The sets of developer1: lab-app at one revision or the other, and the snaps the device boots with. */
function addSets(store: SimulatedStore): void {
  for (const revision of [1, 2]) {
    const snaps = [{ name: 'lab-app', id: SNAP_IDS['lab-app'], revision }];
    store.addValidationSet({ accountId: 'developer1', name: 'base', sequence: revision, snaps });
  }
  const system = { pc: 1, 'pc-kernel': 2, core24: 1, snapd: 1 } as const;
  const names = Object.keys(system) as (keyof typeof system)[];
  const snaps = names.map((name) => ({ name, id: SNAP_IDS[name], revision: system[name] }));
  store.addValidationSet({ accountId: 'developer1', name: 'system', sequence: 1, snaps });
}

/** The recorded device: its own model and serial, one recovery system, four snaps of the model. */
export function core24Device(
  store: SimulatedStore,
  assertions: { model: string; serial: string },
  options: Partial<SimulatedSnapdOptions> = {},
): TestDevice {
  const clock = new VirtualClock(1_795_184_117_000_000_000n);
  const snapd = new SimulatedSnapd({
    store,
    clock,
    ...assertions,
    snaps: [
      { name: 'snapd' },
      { name: 'core24', channel: 'latest/edge' },
      { name: 'pc-kernel', channel: '24/edge' },
      { name: 'pc', channel: '24/edge' },
    ],
    assertions: [DEVELOPER_KEY],
    systems: [{ label: '20261120', current: true, default: true }],
    ...options,
  });
  return new TestDevice(snapd, store, clock);
}
