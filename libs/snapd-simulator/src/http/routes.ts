import { getApps, postApps } from '../apps/apps-api';
import { getChange, getChanges, postChange } from '../changes/changes-api';
import { getConf, putConf } from '../conf/conf-api';
import {
  getAliases,
  getConnections,
  getModel,
  getNothing,
  getRoot,
  getSerial,
  getSystemInfo,
  getWarnings,
  postWarnings,
} from '../device/device-api';
import type { Device } from '../device/device';
import { getNotice, getNotices, postNotice } from '../notices/notices-api';
import { getSnap, getSnaps, postSnap, postSnaps } from '../snaps/snaps-api';
import { getSystem, getSystems, postSystem } from '../systems/systems-api';
import { getValidationSet, getValidationSets, postValidationSet } from '../validation-sets/validation-sets-api';
import type { Reply } from './envelope';
import type { ApiRequest } from './request';

export type Handler = (device: Device, request: ApiRequest) => Reply | Promise<Reply>;

/** Who may call: anyone, an authenticated user (here: root, else 401), root (else 403). */
export type Access = 'open' | 'authenticated' | 'root';

export interface Route {
  read: Access;
  write: Access;
  GET?: Handler;
  PUT?: Handler;
  POST?: Handler;
}

/** The endpoint table (§2), as far as it is simulated. */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/', { read: 'open', write: 'open', GET: getRoot }],
  ['/v2/system-info', { read: 'open', write: 'open', GET: getSystemInfo }],
  ['/v2/snaps', { read: 'open', write: 'authenticated', GET: getSnaps, POST: postSnaps }],
  ['/v2/snaps/{name}', { read: 'open', write: 'authenticated', GET: getSnap, POST: postSnap }],
  ['/v2/snaps/{name}/conf', { read: 'authenticated', write: 'authenticated', GET: getConf, PUT: putConf }],
  ['/v2/apps', { read: 'open', write: 'authenticated', GET: getApps, POST: postApps }],
  ['/v2/changes', { read: 'open', write: 'authenticated', GET: getChanges }],
  ['/v2/changes/{id}', { read: 'open', write: 'authenticated', GET: getChange, POST: postChange }],
  ['/v2/notices', { read: 'open', write: 'open', GET: getNotices, POST: postNotice }],
  ['/v2/notices/{id}', { read: 'open', write: 'open', GET: getNotice }],
  ['/v2/warnings', { read: 'open', write: 'authenticated', GET: getWarnings, POST: postWarnings }],
  ['/v2/systems', { read: 'authenticated', write: 'root', GET: getSystems, POST: postSystem }],
  ['/v2/systems/{label}', { read: 'root', write: 'root', GET: getSystem, POST: postSystem }],
  ['/v2/validation-sets', { read: 'authenticated', write: 'authenticated', GET: getValidationSets }],
  [
    '/v2/validation-sets/{account}/{name}',
    { read: 'authenticated', write: 'authenticated', GET: getValidationSet, POST: postValidationSet },
  ],
  ['/v2/model', { read: 'open', write: 'root', GET: getModel }],
  ['/v2/model/serial', { read: 'open', write: 'root', GET: getSerial }],
  ['/v2/connections', { read: 'open', write: 'authenticated', GET: getConnections }],
  ['/v2/interfaces', { read: 'open', write: 'authenticated', GET: getNothing }],
  ['/v2/aliases', { read: 'open', write: 'authenticated', GET: getAliases }],
  ['/v2/quotas', { read: 'open', write: 'root', GET: getNothing }],
  ['/v2/snapshots', { read: 'open', write: 'authenticated', GET: getNothing }],
  ['/v2/users', { read: 'root', write: 'root', GET: getNothing }],
]);
