import type { CallOptions, SnapdCaller } from './caller';
import { toRow } from './rows';

/** An account of the store. */
export interface StoreCredentials {
  email: string;
  /** A secret. */
  password: string;
  /** One-time password, when the account wants one. */
  otp?: string;
}

/** Somebody snapd has logged in to the store. */
export interface LoggedInUser {
  id: number;
  email?: string;
  username?: string;
  /** Secrets: they act as this user on the device, see `macaroonAuthorization`. */
  macaroon: string;
  discharges?: string[];
}

/** Logs users in to the store and out. */
export class Login {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * As root, or as a user with a macaroon or polkit's leave.
   * @throws SnapdError kind two-factor-required, two-factor-failed, invalid-auth-data, password-policy, or
   *   login-required for wrong credentials
   */
  async login(credentials: StoreCredentials, options?: CallOptions): Promise<LoggedInUser> {
    const request = { method: 'POST', path: '/v2/login', json: credentials } as const;
    const result = await this.caller.sync(request, options);
    return toRow<LoggedInUser>(result, { id: 'number', macaroon: 'string' }, { method: 'POST', path: request.path });
  }

  /**
   * Logs out this user, or the one whose macaroon the client was given as `authorization`.
   * @throws SnapdError status 400 `not logged in` without one, or with one that snapd does not know
   */
  async logout(user?: Pick<LoggedInUser, 'macaroon' | 'discharges'>, options?: CallOptions): Promise<void> {
    const headers = user && { authorization: macaroonAuthorization(user) };
    await this.caller.sync({ method: 'POST', path: '/v2/logout', json: {}, ...(headers && { headers }) }, options);
  }
}

/** The `authorization` option of a client that acts as this user (snapd client/client.go, setAuthorization). */
export function macaroonAuthorization(user: Pick<LoggedInUser, 'macaroon' | 'discharges'>): string {
  const discharges = (user.discharges ?? []).map((discharge) => `, discharge="${discharge}"`);
  return `Macaroon root="${user.macaroon}"${discharges.join('')}`;
}
