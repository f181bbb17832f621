export { startFleet } from './fleet';
export type { Fleet, FleetOptions, HowToStart, Member } from './fleet';
export { ApiClient, ApiProblem } from './api-client';
export { startBalancer, type Balancer } from './balancer';
