import { SimulatedSnapd, SimulatedStore, type Clock } from '@corefleet/snapd-simulator';
import { DEVELOPER_KEY, recordedSteps } from '@corefleet/testing/snapd-recordings/core24';

/** Ids of the recorded device's snaps, as its model has them. */
const IDS = {
  pc: 'UqFziVZDHLSyO3TqSWgNBoAdHbLI4dAH',
  'pc-kernel': 'pYVQrBcKmBa0mZ4CCN7ExT6jH8rY1hza',
  core24: 'dwTAh7MZZ01zyriOZErqd1JynQLiOGvM',
  snapd: 'PMrrV4ml8uWuEUDBT8dSGnKUYbevVhc4',
  'lab-app': 'labappidlabappidlabappidlabappid',
  'lab-big': 'labbigidlabbigidlabbigidlabbigid',
  'lab-eye': 'labeyeidlabeyeidlabeyeidlabeyeid',
} as const;

const about = (name: keyof typeof IDS) => ({ name, id: IDS[name], publisher: 'developer1', summary: 's', grade: '' });

/** A device like the recorded one of Ubuntu Core 24: its model and serial, one recovery system, a store of its own. */
export function coreDevice(
  times: { taskMs: number; graceMs: number; rebootMs: number },
  version: string,
  { clock, seeded }: { clock: Clock; seeded: boolean },
): SimulatedSnapd {
  const body = (path: string): string => String(recordedSteps().find((step) => step.request?.path === path)?.body);
  return new SimulatedSnapd({
    ...times,
    store: coreStore(),
    clock,
    seeded,
    version,
    assertions: [DEVELOPER_KEY],
    model: body('/v2/model'),
    serial: body('/v2/model/serial'),
    snaps: [
      { name: 'snapd' },
      { name: 'core24', channel: 'latest/edge' },
      { name: 'pc-kernel', channel: '24/edge' },
      { name: 'pc', channel: '24/edge' },
    ],
    systems: [{ label: '20261120', current: true, default: true }],
  });
}

function coreStore(): SimulatedStore {
  const store = new SimulatedStore();
  store.addAccount({ id: 'developer1', username: 'developer1', displayName: 'Developer 1', validation: 'unproven' });
  const one = [{ revision: 1, version: '1', sizeBytes: 4096 }];
  const two = [...one, { revision: 2, version: '2', sizeBytes: 4096 }];
  store.addSnap({ ...about('snapd'), type: 'snapd', revisions: one, channels: { stable: 1 } });
  store.addSnap({ ...about('core24'), type: 'base', revisions: two, channels: { edge: 1, beta: 2 } });
  store.addSnap({ ...about('pc-kernel'), type: 'kernel', revisions: one, channels: { '24/edge': 1 } });
  store.addSnap({ ...about('pc'), type: 'gadget', base: 'core24', revisions: one, channels: { '24/edge': 1 } });
  const app = { base: 'core24', channels: { stable: 1, edge: 2 } };
  store.addSnap({ ...about('lab-app'), ...app, services: [{ name: 'svc' }], revisions: two });
  store.addSnap({ ...about('lab-big'), ...app, revisions: two });
  const plugs = { observe: 'snap-refresh-observe' };
  store.addSnap({ ...about('lab-eye'), base: 'core24', channels: { stable: 1 }, plugs, revisions: one });
  for (const revision of [1, 2]) {
    const snaps = [{ name: 'lab-app', id: IDS['lab-app'], revision }];
    store.addValidationSet({ accountId: 'developer1', name: 'base', sequence: revision, snaps });
  }
  const none = [{ name: 'lab-app', id: IDS['lab-app'], presence: 'invalid' as const }];
  store.addValidationSet({ accountId: 'developer1', name: 'none', sequence: 1, snaps: none });
  return store;
}
