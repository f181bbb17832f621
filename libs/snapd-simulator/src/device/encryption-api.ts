import { quote } from '../go-text';
import { ApiError, badRequest, type Reply } from '../http/envelope';
import { decodeObject, decodeObjectStrictly, stringField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import type { Device } from './device';

/** What concerns an encrypted disk: simulated devices have none. */
export const ENCRYPTION_ROUTES: RouteTable = [
  ['/v2/system-recovery-keys', { read: 'root', write: 'root', GET: noEncryption, POST: postRecoveryKeys }],
  [
    '/v2/system-volumes',
    {
      since: '2.71',
      read: { level: 'open', interfaces: ['snap-fde-control'] },
      write: { level: 'root', interfaces: ['snap-fde-control', 'firmware-updater-support'] },
      GET: noVolumes,
      POST: noVolumes,
    },
  ],
  [
    '/v2/system-secureboot',
    { read: 'root', write: { level: 'root', interfaces: ['fwupd'], side: 'slot' }, POST: postSecureBoot },
  ],
];

/** POST /v2/system-recovery-keys: only `remove`. */
function postRecoveryKeys(_device: Device, request: ApiRequest): Reply {
  const sentence = 'cannot decode recovery keys action data from request body';
  const { value, trailing } = decodeObjectStrictly(request, sentence);
  if (trailing) throw badRequest('spurious content after recovery keys action');
  const action = stringField(value, 'action');
  if (action === '') throw badRequest('missing recovery keys action');
  if (action !== 'remove') throw badRequest(`unsupported recovery keys action ${quote(action)}`);
  return noEncryption();
}

/** GET /v2/system-recovery-keys */
function noEncryption(): Reply {
  throw new ApiError(500, 'system does not use disk encryption');
}

/** GET and POST /v2/system-volumes: hybrid systems only (§8.4). */
function noVolumes(): Reply {
  throw badRequest('this action is not supported on this system');
}

const UPDATES: ReadonlySet<string> = new Set([
  'efi-secureboot-update-startup',
  'efi-secureboot-update-db-prepare',
  'efi-secureboot-update-db-cleanup',
]);

/** POST /v2/system-secureboot */
function postSecureBoot(_device: Device, request: ApiRequest): Reply {
  const action = stringField(decodeObject(request, 'EFI secure boot action'), 'action');
  if (!UPDATES.has(action)) throw badRequest(`unsupported EFI secure boot action ${quote(action)}`);
  throw badRequest(`cannot ${action}: system does not use disk encryption`);
}
