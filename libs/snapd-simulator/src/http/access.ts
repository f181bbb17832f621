import type { Device } from '../device/device';
import { activeConnections } from '../interfaces/connections';
import { ApiError } from './envelope';
import type { ApiRequest } from './request';

/** Who may call on snapd's socket: anyone, an authenticated user (here: root, else 401), root (else 403). */
export type Level = 'open' | 'authenticated' | 'root';

/** Access that snaps have too, over their socket, by a connected interface (§1.2). */
export interface InterfaceAccess {
  level: Level;
  interfaces: readonly string[];
  /** The side of the connection the snap has to be on; default `plug`. */
  side?: 'plug' | 'slot';
}

/** `snap`: only over the snaps' socket. */
export type Access = Level | 'snap' | InterfaceAccess;

/** @throws ApiError 401 or 403 `access denied` (§10.5 to 7); no polkit here, so an authenticated endpoint is root's */
export function checkAccess(device: Device, access: Access, request: ApiRequest): void {
  if (request.snap !== undefined) return checkSnap(device, access, request, request.snap);
  if (access === 'snap') throw denied(403);
  checkLevel(typeof access === 'string' ? access : access.level, request.uid);
}

function checkSnap(device: Device, access: Access, request: ApiRequest, snap: string): void {
  if (access === 'snap') return;
  if (typeof access === 'string' || !hasInterface(device, access, snap)) throw denied(403);
  checkLevel(access.level, request.uid);
}

function checkLevel(level: Level, uid: number): void {
  if (level === 'open' || uid === 0) return;
  throw denied(level === 'root' ? 403 : 401);
}

/** Whether a snap has an active connection of one of the interfaces, on the side that counts. */
export function hasInterface(device: Device, { interfaces, side = 'plug' }: InterfaceAccess, snap: string): boolean {
  return activeConnections(device).some(
    (connection) => connection[side].snap === snap && interfaces.includes(connection.interface),
  );
}

/** Errors served before the envelope's decorators never carry maintenance (§1.2). */
export class BareError extends ApiError {}

const denied = (status: number): BareError => new BareError(status, 'access denied', 'login-required');
