export type { Distance } from './distance';
export type { Maker } from './whose-label';
