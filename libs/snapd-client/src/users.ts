import type { CallOptions, SnapdCaller } from './caller';
import { isObject } from './envelope';
import { toRow, toRows } from './rows';

/** A user snapd knows. */
export interface User {
  id?: number;
  username?: string;
  email?: string;
  'ssh-keys'?: string[];
}

/** Which system users to create: by store e-mail, or all `known` from assertions on the device. */
export interface CreateUser {
  email?: string;
  sudoer?: boolean;
  known?: boolean;
  'force-managed'?: boolean;
  automatic?: boolean;
  /** RFC 3339. */
  expiration?: string;
}

/** Reads, creates and removes system users; root only, and not on classic (405). */
export class Users {
  constructor(private readonly caller: SnapdCaller) {}

  async list(options?: CallOptions): Promise<User[]> {
    const request = { method: 'GET', path: '/v2/users' };
    return toRows<User>(await this.caller.get(request.path, options), {}, request);
  }

  /** Returns the created users; may be one or, with `known`, several. */
  async create(user: CreateUser, options?: CallOptions): Promise<User[]> {
    const request = { method: 'POST', path: '/v2/users', json: { action: 'create', ...user } } as const;
    const result = await this.caller.sync(request, options);
    return toRows<User>(isObject(result) ? [result] : result, {}, { method: 'POST', path: request.path });
  }

  /**
   * The same in the way snapd had it first, on /v2/create-user.
   * @throws SnapdError status 403 on classic
   */
  async createLegacy(user: CreateUser, options?: CallOptions): Promise<User[]> {
    const request = { method: 'POST', path: '/v2/create-user', json: user } as const;
    const result = await this.caller.sync(request, options);
    return toRows<User>(isObject(result) ? [result] : result, {}, { method: 'POST', path: request.path });
  }

  /** Returns the removed users. */
  async remove(username: string, options?: CallOptions): Promise<User[]> {
    const request = { method: 'POST', path: '/v2/users', json: { action: 'remove', username } } as const;
    const summary = { method: 'POST', path: request.path };
    const { removed } = toRow<{ removed?: unknown }>(await this.caller.sync(request, options), {}, summary);
    return toRows<User>(removed, {}, summary);
  }
}
