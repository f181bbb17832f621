import type { SnapdClient } from '@corefleet/snapd-client';
import { describeContract } from '../contract';
import type { RowId } from '../rows';
import { proveRefused } from './refused';

const NO_VOLUMES = { words: 'this action is not supported on this system', old: 'not found' };
const NO_KEYS = { words: 'system does not use disk encryption' };
const KEY = '12345-12345-12345-12345-12345-12345-12345-12345';
const SLOTS = [{ 'container-role': 'system-data', name: 'default' }];

describeContract('disk encryption', (contract) => {
  proveRefused(contract, [
    {
      ...{
        row: 'GET /v2/system-info/storage-encrypted',
        read: '/v2/system-info/storage-encrypted',
        ask: (client) => client.systemInfo.storageEncrypted(),
      },
      ...{ words: 'cannot determine system encrypted state: build without secboot support', old: 'not found' },
    },
    {
      row: 'GET /v2/system-recovery-keys',
      read: '/v2/system-recovery-keys',
      ask: (client) => client.recoveryKeys.get(),
      ...NO_KEYS,
    },
    {
      row: 'POST /v2/system-recovery-keys remove',
      operation: ['remove-recovery-keys', {}],
      ask: (client) => client.recoveryKeys.remove(),
      ...NO_KEYS,
    },
    {
      row: 'GET /v2/system-volumes',
      read: '/v2/system-volumes',
      ask: (client) => client.systemVolumes.list(),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes generate-recovery-key',
      ask: (client) => client.systemVolumes.generateRecoveryKey(),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes check-recovery-key',
      operation: ['check-recovery-key', { 'recovery-key': KEY }],
      ask: (client) => client.systemVolumes.checkRecoveryKey('1-2-3'),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes add-recovery-key',
      operation: ['add-recovery-key', { 'key-id': 'k', keyslots: SLOTS }],
      ask: (client) => client.systemVolumes.addRecoveryKey('k', SLOTS),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes replace-recovery-key',
      operation: ['replace-recovery-key', { 'key-id': 'k' }],
      ask: (client) => client.systemVolumes.replaceRecoveryKey('k'),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes replace-platform-key',
      operation: ['replace-platform-key', { 'auth-mode': 'none' }],
      ask: (client) => client.systemVolumes.replacePlatformKey({ 'auth-mode': 'none' }),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes check-passphrase-quality',
      operation: ['check-passphrase', { passphrase: 'x' }],
      ask: (client) => client.systemVolumes.checkPassphraseQuality('x'),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes check-pin-quality',
      operation: ['check-pin', { pin: '1' }],
      ask: (client) => client.systemVolumes.checkPinQuality('1'),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes change-passphrase',
      operation: ['change-passphrase', { 'old-passphrase': 'a', 'new-passphrase': 'b' }],
      ask: (client) => client.systemVolumes.changePassphrase({ old: 'a', new: 'b' }),
      ...NO_VOLUMES,
    },
    {
      row: 'POST /v2/system-volumes change-pin',
      operation: ['change-pin', { 'old-pin': '1', 'new-pin': '2' }],
      ask: (client) => client.systemVolumes.changePin({ old: '1', new: '2' }),
      ...NO_VOLUMES,
    },
  ]);

  const updates: [RowId, (client: SnapdClient) => Promise<void>, string][] = [
    [
      'POST /v2/system-secureboot efi-secureboot-update-startup',
      (client) => client.systemSecureBoot.startup(),
      'cannot notify of manager startup: no state entry for key "fde"',
    ],
    [
      'POST /v2/system-secureboot efi-secureboot-update-db-prepare',
      (client) => client.systemSecureBoot.prepare({ 'key-database': 'DBX', payloads: ['AAAA'] }),
      'update payload not provided',
    ],
    [
      'POST /v2/system-secureboot efi-secureboot-update-db-cleanup',
      (client) => client.systemSecureBoot.cleanup(),
      'cannot notify of update cleanup: no state entry for key "fde"',
    ],
  ];
  for (const [row, ask, old] of updates)
    if (contract.minor < 75) proveRefused(contract, [{ row, ask, words: old }]);
    else
      contract.proves(`client: ${row}`, `has nothing to do for ${row}`, async (subject) => {
        await expect(ask(subject.client)).resolves.toBeUndefined();
      });
});
