import type { AsyncAnswer, KeyslotRef, SnapdClient, VolumeStructure } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { defineOperation, notVerified, verified, type OperationDefinition } from '../operation';
import { secret } from '../secrets';
import { changeOf, nothingToFollow } from '../starting';

const keyslots = z
  .array(
    z.strictObject({
      name: z.string().check(z.minLength(1), z.maxLength(64)),
      /** Both system-data and system-save when absent. */
      'container-role': z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    }),
  )
  .check(z.minLength(1), z.maxLength(16));

const keyId = z.string('system volume action requires key-id to be provided').check(z.minLength(1), z.maxLength(128));
const passphrase = secret(z.string().check(z.minLength(1), z.maxLength(1024)));
const pin = secret(z.string().check(z.regex(/^[0-9]{1,64}$/, 'invalid PIN: must be a number')));
const recoveryKey = secret(
  z.string().check(z.regex(/^\d{5}(?:-?\d{5}){7}$/, 'cannot parse recovery key: incorrectly formatted')),
);

/**
 * What the operations on the keys of encrypted volumes have in common, unless one came later. Only hybrid systems have
 * such volumes.
 */
const shared = { risk: 'disruptive', since: '2.71', idempotent: false } as const;

const asksOnly = {
  ...shared,
  risk: 'read',
  idempotent: true,
  expects: 'sync',
  start: () => Promise.resolve(nothingToFollow),
} as const;

const CheckKey = z.strictObject({
  'recovery-key': recoveryKey,
  /** All when absent. */
  'container-roles': z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(64)))),
});

/** Whether a recovery key opens the volumes. */
export const checkRecoveryKey = defineOperation<z.infer<typeof CheckKey>>({
  ...asksOnly,
  name: 'check-recovery-key',
  parameters: CheckKey,
  verify: async (client, { 'recovery-key': key, 'container-roles': roles }) => {
    await client.systemVolumes.checkRecoveryKey(key, roles);
    return verified(null);
  },
});

const CheckPassphrase = z.strictObject({ passphrase });

/** How hard a passphrase is to guess. Under its present name since snapd 2.76. */
export const checkPassphrase = defineOperation<z.infer<typeof CheckPassphrase>>({
  ...asksOnly,
  name: 'check-passphrase',
  since: '2.76',
  parameters: CheckPassphrase,
  verify: async (client, of) => verified(await client.systemVolumes.checkPassphraseQuality(of.passphrase)),
});

const CheckPin = z.strictObject({ pin });

/** How hard a PIN is to guess. */
export const checkPin = defineOperation<z.infer<typeof CheckPin>>({
  ...asksOnly,
  name: 'check-pin',
  since: '2.76',
  parameters: CheckPin,
  verify: async (client, of) => verified(await client.systemVolumes.checkPinQuality(of.pin)),
});

const AddKey = z.strictObject({ 'key-id': keyId, keyslots });

/** Adds a recovery key that was made before. */
export const addRecoveryKey = keyChange({
  name: 'add-recovery-key',
  since: '2.74',
  parameters: AddKey,
  send: (client, { 'key-id': id, keyslots: slots }) => client.systemVolumes.addRecoveryKey(id, slots),
});

const ReplaceKey = z.strictObject({
  'key-id': keyId,
  /** `default-recovery` when absent. */
  keyslots: z.optional(keyslots),
});

/** Puts a recovery key that was made before in the place of another, which opens nothing any more. */
export const replaceRecoveryKey = keyChange({
  name: 'replace-recovery-key',
  parameters: ReplaceKey,
  send: (client, { 'key-id': id, keyslots: slots }) => client.systemVolumes.replaceRecoveryKey(id, slots),
});

const ReplacePlatformKey = z
  .strictObject({
    'auth-mode': z.enum(['none', 'passphrase', 'pin'], 'system volume action requires auth-mode to be provided'),
    passphrase: z.optional(passphrase),
    pin: z.optional(pin),
    /** The slots of the system when absent. */
    keyslots: z.optional(keyslots),
  })
  .check(
    z.refine(
      (p) => (p['auth-mode'] === 'passphrase') === (p.passphrase !== undefined),
      'passphrase goes with its mode',
    ),
    z.refine((p) => (p['auth-mode'] === 'pin') === (p.pin !== undefined), 'pin goes with its mode'),
  );

/** Makes a new platform key, guarded by a passphrase, by a PIN (snapd 2.74 and later) or by nothing else. */
export const replacePlatformKey = keyChange({
  name: 'replace-platform-key',
  since: '2.72',
  parameters: ReplacePlatformKey,
  send: (client, { 'auth-mode': mode, passphrase: phrase = '', pin: number = '', keyslots: slots }) => {
    const { systemVolumes } = client;
    if (mode === 'passphrase')
      return systemVolumes.replacePlatformKey({ 'auth-mode': mode, passphrase: phrase, keyslots: slots });
    if (mode === 'pin') return systemVolumes.replacePlatformKey({ 'auth-mode': mode, pin: number, keyslots: slots });
    return systemVolumes.replacePlatformKey({ 'auth-mode': mode, keyslots: slots });
  },
});

const ChangePassphrase = z.strictObject({
  'old-passphrase': passphrase,
  'new-passphrase': passphrase,
  keyslots: z.optional(keyslots),
});

export const changePassphrase = keyChange({
  name: 'change-passphrase',
  parameters: ChangePassphrase,
  send: (client, { 'old-passphrase': old, 'new-passphrase': next, keyslots: slots }) =>
    client.systemVolumes.changePassphrase({ old, new: next, keyslots: slots }),
});

const ChangePin = z.strictObject({ 'old-pin': pin, 'new-pin': pin, keyslots: z.optional(keyslots) });

export const changePin = keyChange({
  name: 'change-pin',
  since: '2.74',
  parameters: ChangePin,
  send: (client, { 'old-pin': old, 'new-pin': next, keyslots: slots }) =>
    client.systemVolumes.changePin({ old, new: next, keyslots: slots }),
});

interface KeyChange<P extends object> extends Pick<OperationDefinition<P>, 'name' | 'parameters' | 'since'> {
  send(client: SnapdClient, parameters: P): Promise<AsyncAnswer>;
}

/** A change of keys. What a key is cannot be read back: only which slots there are, and how they are guarded. */
function keyChange<P extends { keyslots?: KeyslotRef[] | undefined }>({ send, ...definition }: KeyChange<P>) {
  return defineOperation<P>({
    ...shared,
    ...definition,
    expects: 'change',
    start: async (client, parameters) => changeOf(await send(client, parameters)),
    matches: ({ kind }) => kind === `fde-${definition.name}`,
    verify: async (client, { keyslots: slots = [] }) => {
      const volumes = await client.systemVolumes.list();
      const missing = slots.find((slot) => !hasSlot(volumes, slot));
      return missing ? notVerified(`key slot "${missing.name}" is not there`, volumes) : verified(volumes);
    },
  });
}

const hasSlot = (volumes: Record<string, VolumeStructure>, { name, 'container-role': role }: KeyslotRef): boolean =>
  Object.entries(volumes).some(([of, { keyslots: slots }]) => (role ?? of) === of && slots?.[name] !== undefined);
