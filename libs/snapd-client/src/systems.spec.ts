import { itCalls } from './testing/call-table';

const details = {
  label: '20261120',
  volumes: { pc: { schema: 'gpt' } },
  'storage-encryption': { support: 'available' },
};
const quality = { 'entropy-bits': 60, 'min-entropy-bits': 42, 'optimal-entropy-bits': 72 };
const volumes = { pc: { structure: [{ role: 'system-data', device: '/dev/vda3' }] } };
const slots = [{ name: 'default-recovery', 'container-role': 'system-data' }];
const structure = { 'volume-name': 'pc', name: 'ubuntu-data', encrypted: true, keyslots: {} };

describe('recovery systems', () => {
  itCalls([
    { call: (c) => c.systems.running(), sends: 'GET /v2/systems?running=true', gets: details },
    {
      call: (c) => c.systems.reboot({ mode: 'factory-reset' }),
      sends: 'POST /v2/systems',
      json: { action: 'reboot', mode: 'factory-reset' },
      gets: null,
      returns: undefined,
    },
  ]);
});

describe('installing a system', () => {
  itCalls([
    {
      call: (c) =>
        c.systemInstall.setupStorageEncryption('l', {
          'on-volumes': volumes,
          'volumes-auth': { mode: 'passphrase', passphrase: 'secret', 'kdf-time': 2_000_000_000 },
          'keyboard-config': { layout: 'de' },
        }),
      sends: 'POST /v2/systems/l',
      json: {
        action: 'install',
        step: 'setup-storage-encryption',
        'on-volumes': volumes,
        'volumes-auth': { mode: 'passphrase', passphrase: 'secret', 'kdf-time': 2_000_000_000 },
        'keyboard-config': { layout: 'de' },
      },
    },
    {
      call: (c) => c.systemInstall.generateRecoveryKey('l'),
      sends: 'POST /v2/systems/l',
      json: { action: 'install', step: 'generate-recovery-key' },
      gets: { 'recovery-key': '12345-…' },
      returns: '12345-…',
    },
    {
      call: (c) => c.systemInstall.finish('l', { 'on-volumes': volumes, 'optional-install': { snaps: ['a'] } }),
      sends: 'POST /v2/systems/l',
      json: { action: 'install', step: 'finish', 'on-volumes': volumes, 'optional-install': { snaps: ['a'] } },
    },
    {
      call: (c) => c.systemInstall.preseed('l', '/target'),
      sends: 'POST /v2/systems/l',
      json: { action: 'install', step: 'preseed', 'target-root': '/target' },
    },
  ]);
});

describe('encryption of a system', () => {
  itCalls([
    {
      call: (c) => c.systemEncryption.checkPassphraseQuality('l', 'secret'),
      sends: 'POST /v2/systems/l',
      json: { action: 'check-passphrase-quality', passphrase: 'secret' },
      gets: quality,
    },
    {
      call: (c) => c.systemEncryption.checkPinQuality('l', '123456'),
      sends: 'POST /v2/systems/l',
      json: { action: 'check-pin-quality', pin: '123456' },
      gets: quality,
    },
    {
      call: (c) =>
        c.systemEncryption.fixEncryptionSupport('l', { 'fix-action': 'proceed', args: { 'error-kinds': ['x'] } }),
      sends: 'POST /v2/systems/l',
      json: { action: 'fix-encryption-support', 'fix-action': 'proceed', args: { 'error-kinds': ['x'] } },
      gets: details,
    },
    {
      call: (c) => c.systemEncryption.fixEncryptionSupport(undefined, { 'fix-action': '' }),
      sends: 'POST /v2/systems',
      json: { action: 'fix-encryption-support', 'fix-action': '' },
      gets: details,
    },
    {
      call: (c) => c.systemEncryption.generateRecoveryKey(),
      sends: 'POST /v2/systems',
      json: { action: 'generate-recovery-key' },
      gets: { 'recovery-key': 'k' },
      returns: 'k',
    },
    { call: (c) => c.systemEncryption.reprovision(), sends: 'POST /v2/systems', json: { action: 'reprovision' } },
  ]);
});

describe('encrypted volumes', () => {
  itCalls([
    {
      call: (c) => c.systemVolumes.list(),
      sends: 'GET /v2/system-volumes',
      gets: { 'by-container-role': { 'system-data': structure } },
      returns: { 'system-data': structure },
    },
    {
      call: (c) => c.systemVolumes.list(['system-data', 'system-save']),
      sends: 'GET /v2/system-volumes?container-role=system-data&container-role=system-save',
      gets: {},
      returns: {},
    },
    {
      call: (c) => c.systemVolumes.generateRecoveryKey(),
      sends: 'POST /v2/system-volumes',
      json: { action: 'generate-recovery-key' },
      gets: { 'recovery-key': 'k', 'key-id': '7' },
    },
    {
      call: (c) => c.systemVolumes.checkRecoveryKey('k', ['system-data']),
      sends: 'POST /v2/system-volumes',
      json: { action: 'check-recovery-key', 'recovery-key': 'k', 'container-roles': ['system-data'] },
      gets: null,
      returns: undefined,
    },
    {
      call: (c) => c.systemVolumes.addRecoveryKey('7', [{ name: 'extra' }]),
      sends: 'POST /v2/system-volumes',
      json: { action: 'add-recovery-key', 'key-id': '7', keyslots: [{ name: 'extra' }] },
    },
    {
      call: (c) => c.systemVolumes.replaceRecoveryKey('7', slots),
      sends: 'POST /v2/system-volumes',
      json: { action: 'replace-recovery-key', 'key-id': '7', keyslots: slots },
    },
    {
      call: (c) => c.systemVolumes.replacePlatformKey({ 'auth-mode': 'pin', pin: '123456' }),
      sends: 'POST /v2/system-volumes',
      json: { action: 'replace-platform-key', 'auth-mode': 'pin', pin: '123456' },
    },
    {
      call: (c) => c.systemVolumes.checkPassphraseQuality('secret'),
      sends: 'POST /v2/system-volumes',
      json: { action: 'check-passphrase-quality', passphrase: 'secret' },
      gets: quality,
    },
    {
      call: (c) => c.systemVolumes.checkPinQuality('123456'),
      sends: 'POST /v2/system-volumes',
      json: { action: 'check-pin-quality', pin: '123456' },
      gets: quality,
    },
    {
      call: (c) => c.systemVolumes.changePassphrase({ old: 'a', new: 'b', keyslots: slots }),
      sends: 'POST /v2/system-volumes',
      json: { action: 'change-passphrase', 'old-passphrase': 'a', 'new-passphrase': 'b', keyslots: slots },
    },
    {
      call: (c) => c.systemVolumes.changePin({ old: '1', new: '2' }),
      sends: 'POST /v2/system-volumes',
      json: { action: 'change-pin', 'old-pin': '1', 'new-pin': '2' },
    },
  ]);
});

describe('secure boot', () => {
  const sends = 'POST /v2/system-secureboot';
  itCalls([
    {
      call: (c) => c.systemSecureBoot.startup(),
      sends,
      json: { action: 'efi-secureboot-update-startup' },
      gets: null,
      returns: undefined,
    },
    {
      call: (c) => c.systemSecureBoot.prepare({ 'key-database': 'DBX', payloads: ['AAA='] }),
      sends,
      json: { action: 'efi-secureboot-update-db-prepare', 'key-database': 'DBX', payloads: ['AAA='] },
      gets: null,
      returns: undefined,
    },
    {
      call: (c) => c.systemSecureBoot.cleanup(),
      sends,
      json: { action: 'efi-secureboot-update-db-cleanup' },
      gets: null,
      returns: undefined,
    },
  ]);
});
