import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Prisma, type Transaction } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { hashSecret, newSecret } from '@corefleet/platform/secrets';
import { EnrolmentTokenRefusedError } from './enrolment.errors';

/** A token without its secret, which is shown once. */
export interface EnrolmentTokenView {
  readonly id: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly maxUses: number;
  readonly uses: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export type TokenRow = Prisma.EnrolmentTokenGetPayload<object>;

/** Writer of table `enrolment_tokens`. */
@Injectable()
export class EnrolmentTokensService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** @returns the token with its secret: kept as a hash only, it cannot be shown again */
  async create(
    actor: Actor,
    input: { name: string; labels: Record<string, string>; maxUses: number; expiresInSeconds: number },
  ): Promise<EnrolmentTokenView & { token: string }> {
    const { text: token, hash: secretHash } = newSecret('cfe_');
    const row = await this.database.transaction(async (tx) => {
      const created = await tx.enrolmentToken.create({
        data: {
          id: this.ids.uuid(),
          name: input.name,
          labels: input.labels,
          maxUses: input.maxUses,
          secretHash,
          createdBy: actor.name,
          expiresAt: new Date(this.clock.now().getTime() + input.expiresInSeconds * 1000),
        },
      });
      const subject = { kind: 'enrolment-token', id: created.id };
      await this.audit.record(tx, { actor, action: 'enrolment-token.create', subject, details: { ...input } });
      return created;
    });
    return { ...view(row), token };
  }

  async list(): Promise<EnrolmentTokenView[]> {
    const rows = await this.database.prisma.enrolmentToken.findMany({ orderBy: { id: 'desc' }, take: 500 });
    return rows.map(view);
  }

  /** Revoking again changes nothing. @throws NotFoundError */
  async revoke(actor: Actor, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const found = await tx.enrolmentToken.findUnique({ where: { id } });
      if (!found) throw new NotFoundError('enrolment token', id);
      if (found.revokedAt) return;
      await tx.enrolmentToken.update({ where: { id }, data: { revokedAt: this.clock.now() } });
      await this.audit.record(tx, {
        actor,
        action: 'enrolment-token.revoke',
        subject: { kind: 'enrolment-token', id },
      });
    });
  }

  /**
   * The token of the secret, whatever its state. Locked until the transaction ends: who asks again while the first
   * request is still under way finds its outcome.
   * @throws EnrolmentTokenRefusedError for a secret never given out
   */
  async find(tx: Transaction, secret: string): Promise<TokenRow> {
    const secretHash = hashSecret(secret);
    await tx.$queryRaw`SELECT id FROM enrolment_tokens WHERE secret_hash = ${secretHash} FOR UPDATE`;
    const row = await tx.enrolmentToken.findUnique({ where: { secretHash } });
    if (!row) throw new EnrolmentTokenRefusedError();
    return row;
  }

  /**
   * Takes one use, in the enrolment's transaction: two devices cannot take the last one.
   * @throws EnrolmentTokenRefusedError when it is expired, revoked or used up
   */
  async takeUse(tx: Transaction, token: TokenRow): Promise<void> {
    const { count } = await tx.enrolmentToken.updateMany({
      where: { id: token.id, uses: { lt: token.maxUses }, revokedAt: null, expiresAt: { gt: this.clock.now() } },
      data: { uses: { increment: 1 } },
    });
    if (count === 0) throw new EnrolmentTokenRefusedError();
  }

  /** A token that let a device in lets it in again, used up or expired. @throws EnrolmentTokenRefusedError when it is revoked */
  refuseRevoked(token: TokenRow): void {
    if (token.revokedAt) throw new EnrolmentTokenRefusedError();
  }
}

function view(row: TokenRow): EnrolmentTokenView {
  const { id, name, maxUses, uses, createdBy, createdAt, expiresAt, revokedAt } = row;
  return {
    id,
    name,
    labels: row.labels as Record<string, string>,
    maxUses,
    uses,
    createdBy,
    createdAt,
    expiresAt,
    revokedAt,
  };
}
