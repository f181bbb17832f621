import { get, getWith, post, type Row } from './row';

const DEVELOPERS = { read: 'for developers of snapd', operation: 'for developers of snapd' };
const W = { access: 'R', without: { operation: 'for developers of snapd' } };

const aspect = <A extends string>(name: A, details: Partial<Row> = {}): Row<`GET /v2/debug ${A}`> =>
  getWith('/v2/debug', name, { access: 'O', ...details, fits: ({ query }) => query.get('aspect') === name });

/** For developers of snapd, and for tests like these. */
export const debugRows = [
  aspect('base-declaration'),
  aspect('connectivity'),
  aspect('model'),
  aspect('seeding'),
  aspect('change-timings'),
  aspect('disks'),
  aspect('features', { since: '2.70' }),
  post('/v2/debug', 'ensure-state-soon', { access: 'R' }),
  post('/v2/debug', 'add-warning', W),
  post('/v2/debug', 'unshow-warnings', W),
  post('/v2/debug', 'can-manage-refreshes', W),
  post('/v2/debug', 'prune', W),
  post('/v2/debug', 'stacktraces', W),
  post('/v2/debug', 'create-recovery-system', { ...W, refusedInLab: true, refusedBySimulator: true }),
  post('/v2/debug', 'migrate-home', { ...W, refusedInLab: true, refusedBySimulator: true }),
  get('/v2/debug/pprof/{profile}', { access: 'R', without: DEVELOPERS }),
] as const;
