import { sha256 } from './digest';

/** The hash before the first entry. */
export const GENESIS = Buffer.alloc(32);

export const leafOf = (entry: string | Uint8Array): Buffer => sha256(entry);

/** The hash of the chain at a position: all that is before it, and this leaf. */
export const nextHash = (before: Uint8Array, leaf: Uint8Array): Buffer => sha256(before, leaf);
