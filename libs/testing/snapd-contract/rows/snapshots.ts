import { get, post, postAs } from './row';

/** Saved data of snaps. */
export const snapshotsRows = [
  get('/v2/snapshots', { access: 'O' }),
  post('/v2/snapshots', 'check', { access: 'A+p' }),
  post('/v2/snapshots', 'restore', { access: 'A+p' }),
  post('/v2/snapshots', 'forget', { access: 'A+p' }),
  postAs('/v2/snapshots', 'import', { access: 'A+p', contentType: 'application/x.snapd.snapshot' }),
  get('/v2/snapshots/{id}/export', { access: 'A', since: '2.47' }),
] as const;
