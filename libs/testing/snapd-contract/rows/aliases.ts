import { get, post } from './row';

/** Command names of apps. */
export const aliasesRows = [
  get('/v2/aliases', { access: 'O' }),
  post('/v2/aliases', 'alias', { access: 'A' }),
  post('/v2/aliases', 'unalias', { access: 'A' }),
  post('/v2/aliases', 'prefer', { access: 'A' }),
] as const;
