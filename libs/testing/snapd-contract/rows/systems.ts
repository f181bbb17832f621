import { get, getWith, post, postAs, type Row } from './row';

/** The lab's device is a classic one, without recovery systems. */
const CORE = { refusedInLab: true, access: 'R' };
const form = { contentType: 'multipart/form-data' };

const LABEL = '/v2/systems/{label}';
const INSTALLER = {
  ...{ access: 'R', refusedInLab: true, refusedBySimulator: true },
  without: { operation: "the installer's, on a device that is not of the fleet yet" },
};

/** A step of an installation. */
const install = <S extends string>(step: S, since?: string): Row<`POST /v2/systems/{label} install: ${S}`> =>
  postAs(LABEL, `install: ${step}`, {
    ...{ ...INSTALLER, action: 'install', contentType: 'application/json', since },
    fits: ({ json }) => json?.step === step,
  });

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
  install('setup-storage-encryption'),
  install('generate-recovery-key', '2.73'),
  install('finish'),
  install('preseed', '2.74'),
  post(LABEL, 'check-passphrase-quality', { ...INSTALLER, since: '2.76' }),
  post(LABEL, 'check-pin-quality', { ...INSTALLER, since: '2.76' }),
  post(LABEL, 'fix-encryption-support', { ...INSTALLER, since: '2.73' }),
  post('/v2/systems', 'fix-encryption-support', { ...INSTALLER, since: '2.73' }),
  post('/v2/systems', 'generate-recovery-key', {
    ...{ access: 'R', since: '2.73' },
    without: { operation: 'not implemented by snapd yet' },
  }),
  post('/v2/systems', 'reprovision', { ...INSTALLER, since: '2.73' }),
] as const;
