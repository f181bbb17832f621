import { Injectable } from '@nestjs/common';
import { AuditService } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Prisma } from '@corefleet/platform/database';
import { NotFoundError, RefusedError } from '@corefleet/platform/errors';
import { insertToken } from './insert-token';
import type { Principal, TokenKind } from './principal';
import { covers } from './role';

export interface TokenView {
  readonly id: string;
  readonly kind: TokenKind;
  readonly name: string;
  readonly username: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** Exact to a minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface CreatedToken {
  readonly id: string;
  readonly name: string;
  /** The bearer secret: shown this once. */
  readonly token: string;
  readonly expiresAt: Date;
}

type TokenRow = Prisma.ApiTokenGetPayload<{ include: { user: true } }>;

/** Sessions and API tokens as things a person looks at and takes back. An API token may do what its user may. */
@Injectable()
export class TokensService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** @throws RefusedError when a token asks: a stolen one could otherwise outlive its own revocation */
  async create(principal: Principal, request: { name: string; expiresInSeconds: number }): Promise<CreatedToken> {
    if (principal.tokenKind === 'api') throw new RefusedError('cannot create an API token with an API token: log in');
    const id = this.ids.uuid();
    const { name, expiresInSeconds: lifeSeconds } = request;
    return this.database.transaction(async (tx) => {
      const row = {
        id,
        userId: principal.userId,
        kind: 'api',
        name,
        createdAt: this.clock.now(),
        lifeSeconds,
      } as const;
      const { text, expiresAt } = await insertToken(tx, row);
      const subject = { kind: 'token', id };
      await this.audit.record(tx, {
        actor: principal.actor,
        action: 'token.create',
        subject,
        details: { name, expiresAt },
      });
      return { id, name, token: text, expiresAt };
    });
  }

  /**
   * Newest first: the principal's own, or everyone's for an admin. Secrets are not shown: they are not kept.
   * @param page.cursor id of the last token of the page before
   */
  async list(
    principal: Principal,
    page: { cursor?: string; limit: number },
  ): Promise<{ items: TokenView[]; next?: string }> {
    const rows = await this.database.prisma.apiToken.findMany({
      where: { ...visibleTo(principal), ...(page.cursor !== undefined && { id: { lt: page.cursor } }) },
      include: { user: true },
      orderBy: { id: 'desc' },
      take: page.limit + 1,
    });
    const items = rows.slice(0, page.limit).map(toView);
    const last = items.at(-1);
    return rows.length > page.limit && last ? { items, next: last.id } : { items };
  }

  /**
   * Ends a session or token from now on. Doing it again changes nothing.
   * @throws NotFoundError also for a token of someone else, unless an admin asks
   */
  async revoke(principal: Principal, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const found = await tx.apiToken.findFirst({ where: { id, ...visibleTo(principal) } });
      if (found === null) throw new NotFoundError('token', id);
      const { count } = await tx.apiToken.updateMany({
        where: { id, revokedAt: null },
        data: { revokedAt: this.clock.now() },
      });
      if (count === 0) return;
      await this.audit.record(tx, { actor: principal.actor, action: 'token.revoke', subject: { kind: 'token', id } });
    });
  }
}

function visibleTo(principal: Principal): { userId?: string } {
  return covers(principal.role, 'admin') ? {} : { userId: principal.userId };
}

function toView({ id, kind, name, user, createdAt, expiresAt, lastUsedAt, revokedAt }: TokenRow): TokenView {
  return {
    id,
    kind: kind === 'api' ? 'api' : 'session',
    name,
    username: user.username,
    createdAt,
    expiresAt,
    lastUsedAt,
    revokedAt,
  };
}
