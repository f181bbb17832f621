import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { withQuery } from './path';
import { toRows, type RequiredFields } from './rows';

/** An app of an installed snap; a service when it has `daemon`. */
export interface App {
  name: string;
  snap?: string;
  'desktop-file'?: string;
  /** simple, forking, oneshot, dbus or notify. */
  daemon?: string;
  'daemon-scope'?: 'system' | 'user';
  enabled?: boolean;
  active?: boolean;
  'common-id'?: string;
  /** snapd repeats each key capitalised (`name` and `Name`). */
  activators?: Record<string, unknown>[];
}

/** Which apps to list. */
export interface AppFilter {
  /** Snaps, or single apps as `snap.app`. */
  names?: readonly string[];
  /** Only services. */
  select?: 'service';
  /** Services as they are for all users rather than for the caller's. */
  global?: boolean;
}

/** Starts, stops or restarts services (snapd client/apps.go). */
export interface ServiceAction {
  action: 'start' | 'stop' | 'restart';
  /** Snaps or `snap.app`, at least one. */
  names: string[];
  /** With start: also at boot. */
  enable?: boolean;
  /** With stop: also no longer at boot. */
  disable?: boolean;
  /** With restart: reload where the service can. */
  reload?: boolean;
  scope?: ('system' | 'user')[];
  users?: string[] | 'self' | 'all';
}

const appFields: RequiredFields<App> = { name: 'string' };

/** Reads apps and controls services. */
export class Apps {
  constructor(private readonly caller: SnapdCaller) {}

  /** @throws SnapdError kind snap-not-found or app-not-found for an unknown name */
  async list(filter: AppFilter = {}, options?: CallOptions): Promise<App[]> {
    const path = withQuery('/v2/apps', { names: filter.names, select: filter.select, global: filter.global });
    return toRows<App>(await this.caller.get(path, options), appFields, { method: 'GET', path });
  }

  /** A busy snap is refused with 409 without a kind; isChangeConflict knows it. */
  act(action: ServiceAction, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: '/v2/apps', json: action }, options);
  }
}
