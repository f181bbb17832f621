import { quote } from '../go-text';
import { ApiError, badRequest, sync, type Reply } from '../http/envelope';
import {
  decodeObject,
  decodeObjectStrictly,
  stringField,
  stringListField,
  type ApiRequest,
  type JsonObject,
} from '../http/request';
import type { RouteTable } from '../http/routes';
import type { Device } from './device';
import { isBefore } from './version';

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

const DATABASES = ['PK', 'KEK', 'DB', 'DBX'];

/** What 2.68 says of a device that was never sealed; later ones have nothing to do there. */
const NEVER_SEALED: Readonly<Record<string, string>> = {
  'efi-secureboot-update-startup': 'cannot notify of manager startup',
  'efi-secureboot-update-db-prepare': 'cannot notify of update prepare',
  'efi-secureboot-update-db-cleanup': 'cannot notify of update cleanup',
};

/** POST /v2/system-secureboot: updates of the firmware's keys, which no disk here is sealed to. */
function postSecureBoot(device: Device, request: ApiRequest): Reply {
  const body = decodeObject(request, 'EFI secure boot action');
  const action = stringField(body, 'action');
  const notified = NEVER_SEALED[action];
  if (notified === undefined) throw badRequest(`unsupported EFI secure boot action ${quote(action)}`);
  const old = isBefore(device, '2.75');
  if (action === 'efi-secureboot-update-db-prepare') checkUpdate(body, old);
  if (old) throw badRequest(`${notified}: no state entry for key "fde"`);
  return sync(null);
}

function checkUpdate(body: JsonObject, old: boolean): void {
  const database = stringField(body, 'key-database');
  if (!DATABASES.includes(database)) throw badRequest(`invalid key database ${quote(database)}`);
  const payload = old ? stringField(body, 'payload') : stringListField(body, 'payloads').join('');
  if (payload === '') throw badRequest('update payload not provided');
}
