import { get, getWith, post, postAs } from './row';

/** The lab's device is a classic one, without recovery systems. */
const CORE = { refusedInLab: true, access: 'R' };
const form = { contentType: 'multipart/form-data' };

/** Recovery systems and the modes to boot them in. */
export const systemsRows = [
  get('/v2/systems', { access: 'A', fits: ({ query }) => !query.has('running') }),
  getWith('/v2/systems', 'running', {
    ...{ ...CORE, refusedBySimulator: true, access: 'A', since: '2.77' },
    fits: ({ query }) => query.get('running') === 'true',
    without: { read: 'the device reads it with the list', operation: 'reads change nothing' },
  }),
  get('/v2/systems/{label}', { ...CORE, since: '2.58' }),
  post('/v2/systems', 'create', { ...CORE, since: '2.62' }),
  postAs('/v2/systems', 'create from files', { ...CORE, ...form, action: 'create', since: '2.62' }),
  post('/v2/systems/{label}', 'remove', { ...CORE, since: '2.62' }),
  post('/v2/systems', 'reboot', { access: 'R' }),
  post('/v2/systems/{label}', 'reboot', CORE),
  post('/v2/systems/{label}', 'do', { ...CORE, without: { operation: 'the operation reboots into the mode' } }),
] as const;
