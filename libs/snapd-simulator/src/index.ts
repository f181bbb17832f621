export { realClock, VirtualClock, type Clock } from './clock';
export type { FailTaskOptions } from './changes/faults';
export type { FactorySnap, FactorySystem, FactoryValidationSet, SimulatedSnapdOptions } from './options';
export { SimulatedSnapd, type Peer } from './simulated-snapd';
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
