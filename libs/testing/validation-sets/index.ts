export * from './arbitrary';
export * from './simulated-device';
