import { get, post, put } from './row';

const VIEW = '/v2/confdb/{account}/{schema}/{view}';
const CONFDB = { access: 'A+p', refusedInLab: true };
const CONTROL = { ...CONFDB, refusedBySimulator: true };
const UNSENT = { operation: 'asks the device first, and sends nothing where the feature is off' };

/** confdb, behind an experimental flag. */
export const confdbRows = [
  get(VIEW, { ...CONFDB, since: '2.68' }),
  put(VIEW, { ...CONFDB, since: '2.68' }),
  post('/v2/confdb', 'delegate', { ...CONTROL, since: '2.69', without: UNSENT }),
  post('/v2/confdb', 'undelegate', { ...CONTROL, since: '2.69', without: UNSENT }),
] as const;
