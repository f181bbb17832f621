import { get, getWith, post } from './row';

/** Notices: that something has happened. */
export const noticesRows = [
  get('/v2/notices', { access: 'I', since: '2.62', fits: ({ query }) => !query.has('timeout') }),
  getWith('/v2/notices', 'long-poll', {
    ...{ access: 'I', since: '2.62', fits: ({ query }) => query.has('timeout') },
    without: { read: 'the agent polls, and sends notices on' },
  }),
  get('/v2/notices/{id}', { access: 'I', since: '2.62' }),
  post('/v2/notices', 'add', {
    ...{ access: 'O', since: '2.62', refusedInLab: true, refusedBySimulator: true },
    without: { operation: 'only the snap command may' },
  }),
] as const;
