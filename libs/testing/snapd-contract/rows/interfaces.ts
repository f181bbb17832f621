import type { Seen } from '../subjects/seen';
import { get, getWith, post } from './row';

/** Interfaces and their connections. */
export const interfacesRows = [
  get('/v2/connections', { access: 'O' }),
  get('/v2/interfaces', { access: 'O', fits: ({ query }) => query.has('select') }),
  getWith('/v2/interfaces', 'in the old form', {
    ...{ access: 'O', fits: ({ query }: Seen) => !query.has('select') },
    without: { read: 'the same as connections and interfaces', operation: 'reads change nothing' },
  }),
  post('/v2/interfaces', 'connect', { access: 'A+p' }),
  post('/v2/interfaces', 'disconnect', { access: 'A+p' }),
] as const;
