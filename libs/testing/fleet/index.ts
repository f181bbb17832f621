export { startFleet } from './fleet';
export type { Fleet, FleetOptions, Member } from './fleet';
export { ApiClient, ApiProblem } from './api-client';
export { startBalancer, type Balancer } from './balancer';
