import { get, getWith, post, postAs } from './row';

const REMODEL = { access: 'R', refusedInLab: true };

/** Assertions, the model among them. */
export const assertionsRows = [
  get('/v2/assertions', { access: 'O' }),
  get('/v2/assertions/{type}', { access: 'O', fits: ({ query }) => !query.has('json') }),
  getWith('/v2/assertions/{type}', 'as JSON', {
    ...{ access: 'O', fits: ({ query }) => query.has('json') },
    without: { read: 'the same assertions, as text', operation: 'reads change nothing' },
  }),
  postAs('/v2/assertions', 'add', { access: 'A', contentType: 'application/x.ubuntu.assertion' }),
  get('/v2/model', { access: 'O' }),
  postAs('/v2/model', 'remodel', {
    ...{ ...REMODEL, contentType: 'application/json' },
    fits: ({ json }) => json?.offline !== true,
  }),
  postAs('/v2/model', 'remodel offline', {
    ...{ ...REMODEL, contentType: 'application/json' },
    fits: ({ json }) => json?.offline === true,
  }),
  postAs('/v2/model', 'remodel from files', { ...REMODEL, contentType: 'multipart/form-data' }),
  get('/v2/model/serial', { access: 'O', since: '2.42', refusedInLab: true }),
  post('/v2/model/serial', 'forget', { access: 'R', since: '2.54' }),
] as const;
