import { describeContract } from '../contract';
import { proveRefused, type Refused } from './refused';

const NO_SEED = 'cannot load assertions for label "lab-1": no seed assertions';
const failed = (task: string, why: string): string => `cannot perform the following tasks:\n- ${task} (${why})`;
const onVolumes = { 'on-volumes': { pc: {} } };

/** What installs a system, and what belongs to its encryption: on a device without a seed. */
const newer: readonly Refused[] = [
  {
    row: 'POST /v2/systems/{label} install: setup-storage-encryption',
    ask: (client) => client.systemInstall.setupStorageEncryption('lab-1', onVolumes),
    words: `cannot determine if volume authentication is required for install from "lab-1": ${NO_SEED}`,
  },
  {
    row: 'POST /v2/systems/{label} install: generate-recovery-key',
    ask: (client) => client.systemInstall.generateRecoveryKey('lab-1'),
    words: 'cannot generate recovery key for "lab-1": storage encryption setup step was not called',
  },
  {
    row: 'POST /v2/systems/{label} install: preseed',
    ask: (client) => client.systemInstall.preseed('lab-1', '/no/such'),
    words: 'cannot preseed installed system: target root must be a directory',
  },
  {
    row: 'POST /v2/systems/{label} check-passphrase-quality',
    ...{ ask: (client) => client.systemEncryption.checkPassphraseQuality('lab-1', 'x'), words: NO_SEED },
  },
  {
    row: 'POST /v2/systems/{label} check-pin-quality',
    ...{ ask: (client) => client.systemEncryption.checkPinQuality('lab-1', '1'), words: NO_SEED },
  },
  {
    row: 'POST /v2/systems/{label} fix-encryption-support',
    ask: (client) => client.systemEncryption.fixEncryptionSupport('lab-1', { 'fix-action': 'x' }),
    words: NO_SEED,
  },
  {
    row: 'POST /v2/systems fix-encryption-support',
    ask: (client) => client.systemEncryption.fixEncryptionSupport(undefined, { 'fix-action': 'x' }),
    words: 'no current system for mode run',
  },
  {
    row: 'POST /v2/systems reprovision',
    ...{ ask: (client) => client.systemEncryption.reprovision(), asChange: true },
    words: failed(
      'Reprovision security device and encrypted disks',
      'cannot find UUID for mount /run/mnt/data: cannot find mountpoint "/run/mnt/data"',
    ),
  },
];

const unsupported: Readonly<Record<string, string>> = {
  'POST /v2/systems/{label} install: generate-recovery-key': 'unsupported install step "generate-recovery-key"',
  'POST /v2/systems/{label} install: preseed': 'unsupported install step "preseed"',
};

/** 2.68 knows two steps, and the first fails in its change. */
const older: readonly Refused[] = newer.map((one) =>
  one.row.endsWith('setup-storage-encryption')
    ? {
        ...{ ...one, asChange: true },
        words: failed('Setup storage encryption for installing system "lab-1"', NO_SEED),
      }
    : {
        ...{ ...one, asChange: false },
        words: unsupported[one.row] ?? `unsupported action "${one.row.split(' ')[2] ?? ''}"`,
      },
);

describeContract('installing a system', (contract) => {
  proveRefused(contract, contract.minor < 75 ? older : newer);
  proveRefused(contract, [
    {
      row: 'POST /v2/systems/{label} install: finish',
      ...{ ask: (client) => client.systemInstall.finish('lab-1', onVolumes), asChange: true },
      words: failed('Finish setup of run system for "lab-1"', NO_SEED),
    },
  ]);

  if (contract.minor < 75)
    proveRefused(contract, [
      {
        row: 'POST /v2/systems generate-recovery-key',
        ask: (client) => client.systemEncryption.generateRecoveryKey(),
        words: 'unsupported action "generate-recovery-key"',
      },
    ]);
  else
    contract.proves(
      'client: POST /v2/systems generate-recovery-key',
      'hands a key out that is none yet',
      async (subject) => {
        expect(await subject.client.systemEncryption.generateRecoveryKey()).toBe('not-implemented');
      },
    );
});
