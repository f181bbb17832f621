import type { Actor } from '@corefleet/features/audit';
import type { Role } from './role';

/** Who asks, once the credential was checked. */
export interface Principal {
  readonly actor: Actor;
  readonly role: Role;
  readonly userId: string;
  readonly username: string;
  /** The session or API token that was shown. */
  readonly tokenId: string;
  readonly tokenKind: TokenKind;
}

/** session: from a login; api: made on purpose, for programs. */
export type TokenKind = 'session' | 'api';
