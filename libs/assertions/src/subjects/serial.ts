import type { Assertion } from '../assertion';
import { broken } from '../errors';
import { ACCOUNT_ID, matchingText, requiredText, requiredTime } from '../header-checks';
import { decodePublicKey, type PublicKey } from '../openpgp/public-key';
import { readModelName } from './model-name';

/** Which device a key belongs to. */
export interface Serial {
  brandId: string;
  model: string;
  serial: string;
  deviceKey: PublicKey;
  timestamp: Date;
}

/** @throws BrokenRuleError */
export function readSerial({ headers }: Assertion): Serial {
  const brandId = matchingText(headers, 'brand-id', ACCOUNT_ID);
  const model = readModelName(headers);
  const deviceKey = decodePublicKey(requiredText(headers, 'device-key'));
  const keyId = requiredText(headers, 'device-key-sha3-384');
  if (keyId !== deviceKey.id) broken('device key does not match provided key id');
  const timestamp = requiredTime(headers, 'timestamp');
  return { brandId, model, serial: requiredText(headers, 'serial'), deviceKey, timestamp };
}
