import { get, getWith, post } from './row';

/** Apps, services and what they log. */
export const servicesRows = [
  get('/v2/apps', { access: 'I' }),
  post('/v2/apps', 'start', { access: 'I+A+p' }),
  post('/v2/apps', 'stop', { access: 'I+A+p' }),
  post('/v2/apps', 'restart', { access: 'I+A+p' }),
  get('/v2/logs', { access: 'A+p', fits: ({ query }) => query.get('follow') !== 'true' }),
  getWith('/v2/logs', 'follow', {
    ...{ access: 'A+p', fits: ({ query }) => query.get('follow') === 'true' },
    without: { read: 'followed logs are a leased subscription, not a read' },
  }),
] as const;
