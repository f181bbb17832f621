export { realClock, VirtualClock, type Clock } from './clock';
export type { FailTaskOptions } from './changes/faults';
export type { FactorySnap, FactorySystem, FactoryValidationSet, SimulatedSnapdOptions } from './options';
export { SimulatedSnapd, type Peer, type TransportOptions } from './simulated-snapd';
export type { TransportErrors } from './http/transport-errors';
export {
  SimulatedStore,
  type SnapType,
  type StoreRevision,
  type StoreService,
  type StoreSnap,
  type StoreSnapPlan,
  type ValidationSetAssertion,
  type ValidationSetSnap,
} from './snaps/store';
