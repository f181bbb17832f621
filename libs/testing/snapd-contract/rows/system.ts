import { get, post, postAs } from './row';

const NOT_ON_CLASSIC = { refusedInLab: true };
const LEGACY = { operation: "the users' own form does it" };

/** The system itself: what it is, its warnings and its users. */
export const systemRows = [
  get('/', { access: 'O', without: { client: 'says nothing', read: 'says nothing' } }),
  get('/v2/system-info', { access: 'I' }),
  post('/v2/system-info', 'advise-system-key-mismatch', { access: 'O', since: '2.70' }),
  get('/v2/warnings', { access: 'O' }),
  post('/v2/warnings', 'okay', { access: 'A+p' }),
  get('/v2/users', { access: 'R' }),
  post('/v2/users', 'create', { ...NOT_ON_CLASSIC, access: 'R' }),
  post('/v2/users', 'remove', { ...NOT_ON_CLASSIC, access: 'R' }),
  postAs('/v2/create-user', 'in the old form', {
    ...{ ...NOT_ON_CLASSIC, access: 'R', contentType: 'application/json', without: LEGACY },
  }),
  postAs('/v2/internal/console-conf-start', 'of the console', {
    ...{ access: 'A', since: '2.48' },
    without: { operation: 'asked by the console of the device alone' },
  }),
  postAs('/v2/snapctl', 'of a snap', {
    ...{ access: 'S', contentType: 'application/json' },
    without: { operation: 'reachable on the socket of snaps only' },
  }),
] as const;
