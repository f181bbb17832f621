import { get, post } from './row';

/** Limits for groups of snaps. */
export const quotasRows = [
  get('/v2/quotas', { access: 'O', since: '2.51' }),
  get('/v2/quotas/{group}', { access: 'O', since: '2.51' }),
  post('/v2/quotas', 'ensure', { access: 'R', since: '2.51' }),
  post('/v2/quotas', 'remove', { access: 'R', since: '2.51' }),
] as const;
