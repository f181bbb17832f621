import type { Seen } from '../subjects/seen';
import { get, post, postAs, type Row } from './row';

const byName = '/v2/snaps/{name}';
const names = (field: unknown): boolean => Array.isArray(field) && field.length > 0;

const SEVERAL = { operation: 'the operation asks by the form for several snaps' };
const JSON_BODY = { contentType: 'application/json' };

/** An action that names no snaps and so means all of them. */
const all = <A extends string>(action: A, fits: (seen: Seen) => boolean): Row<`POST /v2/snaps ${A} all`> =>
  postAs('/v2/snaps', `${action} all`, { ...JSON_BODY, action, access: 'A+p', fits });

/** Snaps: what is installed, and what can be done with one or several. */
export const snapsRows = [
  get('/v2/snaps', { access: 'I' }),
  get(byName, { access: 'I' }),
  get('/v2/snaps/{name}/file', { access: 'O' }),
  get('/v2/icons/{name}/icon', { access: 'I', refusedInLab: true, refusedBySimulator: true }),
  post(byName, 'install', { access: 'A+p', refusedInLab: true }),
  post(byName, 'refresh', { access: 'A+p' }),
  post(byName, 'remove', { access: 'A+p' }),
  post(byName, 'revert', { access: 'A+p' }),
  post(byName, 'enable', { access: 'A+p' }),
  post(byName, 'disable', { access: 'A+p' }),
  post(byName, 'switch', { access: 'A+p' }),
  post(byName, 'hold', { access: 'A+p', without: SEVERAL }),
  post(byName, 'unhold', { access: 'A+p', without: SEVERAL }),
  post('/v2/snaps', 'install', { access: 'A+p', refusedInLab: true }),
  post('/v2/snaps', 'refresh', { access: 'A+p', fits: ({ json }) => names(json?.snaps) }),
  post('/v2/snaps', 'remove', { access: 'A+p' }),
  post('/v2/snaps', 'snapshot', { access: 'A+p', fits: ({ json }) => names(json?.snaps) }),
  post('/v2/snaps', 'hold', { access: 'A+p', fits: ({ json }) => names(json?.snaps) }),
  post('/v2/snaps', 'unhold', { access: 'A+p', fits: ({ json }) => names(json?.snaps) }),
  all('refresh', ({ json }) => !names(json?.snaps) && json?.['validation-sets'] === undefined),
  all('snapshot', ({ json }) => !names(json?.snaps)),
  all('hold', ({ json }) => !names(json?.snaps)),
  all('unhold', ({ json }) => !names(json?.snaps)),
  postAs('/v2/snaps', 'refresh to validation sets', {
    ...{ ...JSON_BODY, action: 'refresh', access: 'A+p', refusedInLab: true },
    fits: ({ json }) => names(json?.['validation-sets']),
  }),
] as const;
