import * as z from 'zod/mini';
import { defineRead } from './read';

const nothing = z.strictObject({});

export const readSystemInfo = defineRead({
  name: 'read-system-info',
  path: '/v2/system-info',
  parameters: nothing,
  read: (client) => client.systemInfo.get(),
});

export const readStorageEncryption = defineRead({
  name: 'read-storage-encryption',
  path: '/v2/system-info/storage-encrypted',
  parameters: nothing,
  read: (client) => client.systemInfo.storageEncrypted(),
});

export const readWarnings = defineRead({
  name: 'read-warnings',
  path: '/v2/warnings',
  parameters: z.strictObject({
    /** The pending ones when absent. */
    select: z.optional(z.enum(['all', 'pending'])),
  }),
  read: (client, filter) => client.warnings.list(filter),
});

/** Who has a login: with e-mail addresses. */
export const readUsers = defineRead({
  name: 'read-users',
  path: '/v2/users',
  sensitive: true,
  parameters: nothing,
  read: (client) => client.users.list(),
});

/** Opens the disk without its TPM: of devices with the older full disk encryption. */
export const readRecoveryKeys = defineRead({
  name: 'read-recovery-keys',
  path: '/v2/system-recovery-keys',
  sensitive: true,
  parameters: nothing,
  read: (client) => client.recoveryKeys.get(),
});
