import type { RequestSummary } from './errors';
import { toRow } from './rows';

/** How hard a passphrase or PIN is to guess, in bits of entropy (snapd gadget/device/encrypt.go). */
export interface AuthQuality {
  'entropy-bits': number;
  /** Below it snapd refuses. */
  'min-entropy-bits': number;
  'optimal-entropy-bits': number;
}

/** @throws SnapdGarbageError when `result` is not such a measurement */
export function toAuthQuality(result: unknown, request: RequestSummary): AuthQuality {
  return toRow<AuthQuality>(
    result,
    { 'entropy-bits': 'number', 'min-entropy-bits': 'number', 'optimal-entropy-bits': 'number' },
    request,
  );
}
