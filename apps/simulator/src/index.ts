export { SimulatorConfig } from './config';
export { startSimulatedFleet } from './simulated-fleet';
export type { SimulatedFleet, SimulatedFleetOptions } from './simulated-fleet';
export { simulatedDevice, simulatedStore } from './world';
