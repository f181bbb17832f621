import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { UnauthenticatedError } from '@corefleet/platform/errors';
import { TooManyAttemptsError } from './access.errors';
import { AttemptCounter, type AttemptLimit } from './attempt-counter';
import { insertToken } from './insert-token';
import { verifyPassword } from './password';
import type { Principal, TokenKind } from './principal';
import { parseRole, type Role } from './role';
import { hashSecret, isSecret } from '@corefleet/platform/secrets';

const SESSION_SECONDS = 12 * 3600;
/** `lastUsedAt` is written at most this often, so that reading does not mean writing. */
const LAST_USED_STEP_MS = 60_000;

const WINDOW_SECONDS = 15 * 60;
/** Of one username from one source. */
const PAIR_LIMIT: AttemptLimit = { name: 'login', most: 10, windowSeconds: WINDOW_SECONDS, what: 'log in' };
/** Of one source, whatever usernames it tries. */
const SOURCE_LIMIT: AttemptLimit = { name: 'login-source', most: 100, windowSeconds: WINDOW_SECONDS, what: 'log in' };

export interface Session {
  /** The bearer secret; only its hash is kept. */
  readonly token: string;
  readonly expiresAt: Date;
  readonly username: string;
  readonly role: Role;
}

interface CredentialRow {
  readonly token_id: string;
  readonly kind: string;
  readonly token_name: string;
  readonly last_used_at: Date | null;
  readonly user_id: string;
  readonly username: string;
  readonly role: string;
}

const CREDENTIAL_SQL = `
  SELECT t.id AS token_id, t.kind, t.name AS token_name, t.last_used_at, u.id AS user_id, u.username, u.role
  FROM api_tokens t JOIN users u ON u.id = t.user_id
  WHERE t.secret_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) AND u.disabled_at IS NULL`;

/** Who people are: login, logout, and the check of every credential. */
@Injectable()
export class AccessService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly attempts: AttemptCounter,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Opens a session of 12 hours. Success and refusal are both audited.
   * @param source address the request came from
   * @throws UnauthenticatedError (the same for a wrong name and a wrong password), TooManyAttemptsError
   *   after 10 failures in 15 minutes, AttemptsUncountedError while Redis does not answer
   */
  async login(username: string, password: string, source: string): Promise<Session> {
    await this.countAttempt(username, source);
    const user = await this.database.prisma.user.findUnique({ where: { username } });
    const known = user !== null && user.disabledAt === null ? user : undefined;
    if (!(await verifyPassword(known?.passwordHash, password)) || known === undefined) {
      await this.auditRefusal(username, source, 'wrong username or password');
      throw new UnauthenticatedError('cannot log in: wrong username or password');
    }
    await this.attempts.forget(PAIR_LIMIT, pairKey(username, source));
    const actor: Actor = { kind: 'person', id: known.id, name: username, source };
    const id = this.ids.uuid();
    return this.database.transaction(async (tx) => {
      const session = { id, userId: known.id, kind: 'session', name: 'login', createdAt: this.clock.now() } as const;
      const { text, expiresAt } = await insertToken(tx, { ...session, lifeSeconds: SESSION_SECONDS });
      await this.audit.record(tx, { actor, action: 'session.login', subject: { kind: 'token', id } });
      return { token: text, expiresAt, username, role: parseRole(known.role) };
    });
  }

  /** Ends the session or token that was shown. Doing it again changes nothing. */
  async logout(principal: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const where = { id: principal.tokenId, revokedAt: null };
      const { count } = await tx.apiToken.updateMany({ where, data: { revokedAt: this.clock.now() } });
      if (count === 0) return;
      const subject = { kind: 'token', id: principal.tokenId };
      await this.audit.record(tx, { actor: principal.actor, action: 'session.logout', subject });
    });
  }

  /**
   * Who shows this bearer secret.
   * @param source address the request came from, kept in the actor
   * @throws UnauthenticatedError when it is unknown, expired or revoked, or its user is disabled
   */
  async authenticate(bearer: string, source?: string): Promise<Principal> {
    const now = this.clock.now();
    const [row] = isSecret(bearer)
      ? await this.database.rows<CredentialRow>('access-credential', CREDENTIAL_SQL, [hashSecret(bearer), now])
      : [];
    if (row === undefined) throw new UnauthenticatedError('cannot accept the credential: unknown, expired or revoked');
    await this.touch(row, now);
    return toPrincipal(row, source);
  }

  private async touch(row: CredentialRow, now: Date): Promise<void> {
    const stale = new Date(now.getTime() - LAST_USED_STEP_MS);
    if (row.last_used_at !== null && row.last_used_at > stale) return;
    await this.database.prisma.apiToken.updateMany({
      where: { id: row.token_id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: stale } }] },
      data: { lastUsedAt: now },
    });
  }

  private async countAttempt(username: string, source: string): Promise<void> {
    try {
      await this.attempts.count(SOURCE_LIMIT, source);
      await this.attempts.count(PAIR_LIMIT, pairKey(username, source));
    } catch (error) {
      // Only the attempt that meets the limit is audited: those after it could fill the audit.
      if (error instanceof TooManyAttemptsError && error.first)
        await this.auditRefusal(username, source, 'too many attempts');
      throw error;
    }
  }

  private async auditRefusal(username: string, source: string, reason: string): Promise<void> {
    await this.database.transaction((tx) =>
      this.audit.record(tx, {
        actor: { kind: 'person', id: 'unknown', name: username, source },
        action: 'session.login',
        subject: { kind: 'user', id: username },
        outcome: 'refused',
        details: { reason },
      }),
    );
  }
}

const pairKey = (username: string, source: string): string => JSON.stringify([username, source]);

function toPrincipal(row: CredentialRow, source: string | undefined): Principal {
  const tokenKind: TokenKind = row.kind === 'api' ? 'api' : 'session';
  const who =
    tokenKind === 'api'
      ? ({ kind: 'token', id: row.token_id, name: `${row.username}/${row.token_name}` } as const)
      : ({ kind: 'person', id: row.user_id, name: row.username } as const);
  return {
    actor: { ...who, ...(source !== undefined && { source }) },
    role: parseRole(row.role),
    userId: row.user_id,
    username: row.username,
    tokenId: row.token_id,
    tokenKind,
  };
}
