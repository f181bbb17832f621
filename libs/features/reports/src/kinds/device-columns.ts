import type { Column } from '../report';

/** What tells people which device a row is about; its id comes last. */
export const DEVICE_COLUMNS: readonly Column[] = [
  { name: 'serial', title: 'Serial' },
  { name: 'brandId', title: 'Brand' },
  { name: 'model', title: 'Model' },
];
export const DEVICE_ID: Column = { name: 'deviceId', title: 'Device id', kind: 'id' };
