import type { RequestSummary } from './errors';
import { toRow } from './rows';
import type { Publisher } from './snap';

/** Why the disk cannot be encrypted, and what could be tried (snapd secboot/preinstall.go). */
export interface EncryptionCheckError {
  kind: string;
  message: string;
  args?: Record<string, unknown>;
  /** What `fixEncryptionSupport` accepts for it. */
  actions?: string[];
}

/** Whether the disk could be encrypted (snapd client/systems.go). */
export interface StorageEncryption {
  /** defective: not available although the model asks for it. */
  support: 'disabled' | 'available' | 'unavailable' | 'defective';
  features?: ('passphrase-auth' | 'pin-auth')[] | null;
  'storage-safety'?: string;
  /** cryptsetup or cryptsetup-with-inline-crypto-engine. */
  'encryption-type'?: string;
  'unavailable-reason'?: string;
  'availability-check-errors'?: EncryptionCheckError[];
  /** `volumes-auth`: installing needs a passphrase or PIN. */
  requirements?: string[];
}

/** One structure of a gadget volume (snapd gadget/gadget.go). Offsets and sizes are bytes. */
export interface GadgetStructure {
  name?: string;
  'filesystem-label'?: string;
  offset?: number | null;
  'min-size'?: number;
  size?: number;
  type?: string;
  role?: string;
  id?: string;
  filesystem?: string;
  /** The block device, to be filled in for the steps of an installation. */
  device?: string;
  [field: string]: unknown;
}

/** A volume of the gadget; what the steps of an installation want as `on-volumes`. */
export interface GadgetVolume {
  /** gpt, mbr or emmc. */
  schema?: string;
  bootloader?: string;
  id?: string;
  structure?: GadgetStructure[];
  [field: string]: unknown;
}

/** A recovery system in detail. Booleans are absent when false. */
export interface SystemDetails {
  label: string;
  current?: boolean;
  /** All headers of the model assertion. */
  model?: Record<string, unknown>;
  brand?: Publisher;
  actions?: { title: string; mode: string }[];
  /** By name. */
  volumes?: Record<string, GadgetVolume>;
  'storage-encryption'?: StorageEncryption;
  'available-optional'?: { snaps?: string[]; components?: Record<string, string[]> };
}

/** @throws SnapdGarbageError when `result` has no label */
export function toSystemDetails(result: unknown, request: RequestSummary): SystemDetails {
  return toRow<SystemDetails>(result, { label: 'string' }, request);
}
