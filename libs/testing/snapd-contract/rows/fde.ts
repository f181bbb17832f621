import { get, post } from './row';

/** In the lab no disk is encrypted, and the simulator encrypts none either. */
const refused = { refusedInLab: true, refusedBySimulator: true };
const VOLUMES = { ...refused, access: 'BA', since: '2.71' };
const BOOT = { access: 'I', since: '2.74', without: { operation: "fwupd's, which asks it for its own updates" } };

/** Full disk encryption. */
export const fdeRows = [
  get('/v2/system-info/storage-encrypted', { ...refused, access: 'O', since: '2.74' }),
  get('/v2/system-recovery-keys', { ...refused, access: 'R' }),
  post('/v2/system-recovery-keys', 'remove', { ...refused, access: 'R' }),
  get('/v2/system-volumes', { ...VOLUMES, fits: ({ query }) => !query.has('by-container-role') }),
  post('/v2/system-volumes', 'generate-recovery-key', {
    ...VOLUMES,
    without: { operation: 'the key is a secret that nobody on the road may keep' },
  }),
  post('/v2/system-volumes', 'check-recovery-key', VOLUMES),
  post('/v2/system-volumes', 'add-recovery-key', { ...VOLUMES, since: '2.74' }),
  post('/v2/system-volumes', 'replace-recovery-key', VOLUMES),
  post('/v2/system-volumes', 'replace-platform-key', { ...VOLUMES, since: '2.72' }),
  post('/v2/system-volumes', 'check-passphrase-quality', { ...VOLUMES, since: '2.76' }),
  post('/v2/system-volumes', 'check-pin-quality', { ...VOLUMES, since: '2.76' }),
  post('/v2/system-volumes', 'change-passphrase', VOLUMES),
  post('/v2/system-volumes', 'change-pin', { ...VOLUMES, since: '2.74' }),
  post('/v2/system-secureboot', 'efi-secureboot-update-startup', BOOT),
  post('/v2/system-secureboot', 'efi-secureboot-update-db-prepare', BOOT),
  post('/v2/system-secureboot', 'efi-secureboot-update-db-cleanup', BOOT),
] as const;
