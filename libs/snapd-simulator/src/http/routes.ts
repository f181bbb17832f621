import { ALIAS_ROUTES } from '../aliases/aliases-api';
import { APP_ROUTES } from '../apps/apps-api';
import { LOG_ROUTES } from '../apps/logs-api';
import { ASSERTION_ROUTES } from '../assertions/assertions-api';
import { CHANGE_ROUTES } from '../changes/changes-api';
import { CONF_ROUTES } from '../conf/conf-api';
import { CONFDB_ROUTES } from '../confdb/confdb-api';
import { DEBUG_ROUTES } from '../debug/debug-api';
import { CONSOLE_CONF_ROUTES } from '../device/console-conf-api';
import type { Device } from '../device/device';
import { DEVICE_ROUTES } from '../device/device-api';
import { ENCRYPTION_ROUTES } from '../device/encryption-api';
import { SYSTEM_INFO_ROUTES } from '../device/system-info';
import { INTERFACE_ROUTES } from '../interfaces/interfaces-api';
import { NOTICE_ROUTES } from '../notices/notices-api';
import { PROMPTING_ROUTES } from '../prompting/prompting-api';
import { QUOTA_ROUTES } from '../quotas/quotas-api';
import { SNAPCTL_ROUTES } from '../snapctl/snapctl-api';
import { SNAP_ROUTES } from '../snaps/snaps-api';
import { SNAPSHOT_ROUTES } from '../snapshots/snapshots-api';
import { DOWNLOAD_ROUTES } from '../store/download-api';
import { FIND_ROUTES } from '../store/find-api';
import { THEME_ROUTES } from '../store/themes-api';
import { SYSTEM_ROUTES } from '../systems/systems-api';
import { LOGIN_ROUTES } from '../users/login-api';
import { USER_ROUTES } from '../users/users-api';
import { VALIDATION_SET_ROUTES } from '../validation-sets/validation-sets-api';
import { WARNING_ROUTES } from '../warnings/warnings-api';
import type { Access } from './access';
import type { Reply } from './envelope';
import type { ApiRequest } from './request';

export type Handler = (device: Device, request: ApiRequest) => Reply | Promise<Reply>;

export interface Route {
  read: Access;
  write: Access;
  /** First version of snapd that has the endpoint; before it is an unknown path. */
  since?: string;
  /** First version whose endpoint has a POST. */
  postSince?: string;
  GET?: Handler;
  PUT?: Handler;
  POST?: Handler;
}

/** Endpoints of one resource: pattern and who may do what there. */
export type RouteTable = readonly (readonly [pattern: string, route: Route])[];

/** The endpoint table (§2). */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ...DEVICE_ROUTES,
  ...SYSTEM_INFO_ROUTES,
  ...SNAP_ROUTES,
  ...CONF_ROUTES,
  ...DOWNLOAD_ROUTES,
  ...APP_ROUTES,
  ...LOG_ROUTES,
  ...CHANGE_ROUTES,
  ...NOTICE_ROUTES,
  ...WARNING_ROUTES,
  ...INTERFACE_ROUTES,
  ...ALIAS_ROUTES,
  ...SNAPSHOT_ROUTES,
  ...QUOTA_ROUTES,
  ...ASSERTION_ROUTES,
  ...SYSTEM_ROUTES,
  ...VALIDATION_SET_ROUTES,
  ...USER_ROUTES,
  ...LOGIN_ROUTES,
  ...FIND_ROUTES,
  ...THEME_ROUTES,
  ...CONFDB_ROUTES,
  ...PROMPTING_ROUTES,
  ...ENCRYPTION_ROUTES,
  ...SNAPCTL_ROUTES,
  ...CONSOLE_CONF_ROUTES,
  ...DEBUG_ROUTES,
]);
