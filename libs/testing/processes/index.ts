export { eventually, type EventuallyOptions } from './eventually';
export { freePort } from './free-port';
export { killAll, spawnProcess, type ProcessExit, type SpawnedProcess, type SpawnOptions } from './spawn-process';
