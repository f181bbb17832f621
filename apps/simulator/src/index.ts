export { SimulatorConfig } from './config';
export { startSimulatedFleet } from './simulated-fleet';
export type { SimulatedFleet, SimulatedFleetOptions } from './simulated-fleet';
export { identityOfDevice, simulatedDevice, simulatedStore } from './world';
