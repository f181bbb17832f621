import { get, post } from './row';

/** Changes: what snapd does in the background. */
export const changesRows = [
  get('/v2/changes', { access: 'I' }),
  get('/v2/changes/{id}', { access: 'I' }),
  post('/v2/changes/{id}', 'abort', { access: 'A+p' }),
] as const;
