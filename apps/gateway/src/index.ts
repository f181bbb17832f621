export { GatewayConfig } from './config';
export { startGateway } from './start-gateway';
export type { RunningGateway } from './start-gateway';
