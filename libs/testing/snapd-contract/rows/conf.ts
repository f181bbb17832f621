import { get, put } from './row';

/** Configuration of snaps and of the system. */
export const confRows = [
  get('/v2/snaps/{name}/conf', { access: 'A+p' }),
  put('/v2/snaps/{name}/conf', { access: 'A+p' }),
] as const;
