import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, UnauthenticatedError } from '@corefleet/platform/errors';
import { hashPassword, verifyPassword } from './password';
import type { Role } from './role';
import { hashSecret, isSecret, newSecret } from '@corefleet/platform/secrets';

const LINK_MS = 30 * 60_000;
const SYSTEM: Actor = { kind: 'system', id: 'setup', name: 'setup' };

export interface SetupLink {
  /** Goes into the fragment of the link, so that no server log keeps it. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** How the first person gets in: by a one-time link, for half an hour, while there is nobody yet. */
@Injectable()
export class SetupService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** @returns undefined when somebody exists already and no link is needed */
  async createSetupLink(): Promise<SetupLink | undefined> {
    const { text, hash } = newSecret('cfl_');
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + LINK_MS);
    return this.database.transaction(async (tx) => {
      if ((await tx.user.count()) > 0) return undefined;
      const id = this.ids.uuid();
      await tx.setupLink.create({ data: { id, secretHash: hash, createdAt: now, expiresAt } });
      await this.audit.record(tx, { actor: SYSTEM, action: 'setup.link', subject: { kind: 'setup-link', id } });
      return { token: text, expiresAt };
    });
  }

  /**
   * Makes the first admin. Works once, whichever of several links is used and however many use it at the same time.
   * @throws UnauthenticatedError when the link is unknown, used or too old, ConflictError when somebody exists already,
   *   InvalidRequestError when the password is refused
   */
  async completeSetup(token: string, username: string, password: string, source: string): Promise<void> {
    await this.requireUsable(this.database.prisma, token);
    const passwordHash = await hashPassword(username, password);
    await this.database.transaction(async (tx) => {
      await lockUsers(tx);
      if ((await tx.user.count()) > 0) throw new ConflictError('cannot set up: the first admin exists already');
      const link = await this.requireUsable(tx, token);
      await tx.setupLink.update({ where: { id: link.id }, data: { usedAt: this.clock.now() } });
      const actor: Actor = { kind: 'person', id: link.id, name: `setup link for ${username}`, source };
      await this.insertUser(tx, actor, { username, passwordHash, role: 'admin' });
    });
  }

  /**
   * Makes sure that this user exists with this password and role: for the demo and for tests.
   * Doing it again changes nothing.
   */
  async ensureUser(username: string, password: string, role: Role): Promise<void> {
    const user = await this.database.prisma.user.findUnique({ where: { username } });
    const same = user !== null && user.role === role && user.disabledAt === null;
    if (same && (await verifyPassword(user.passwordHash, password))) return;
    const passwordHash = await hashPassword(username, password);
    await this.database.transaction(async (tx) => {
      await lockUsers(tx);
      const existing = await tx.user.findUnique({ where: { username } });
      if (existing === null) return this.insertUser(tx, SYSTEM, { username, passwordHash, role });
      await tx.user.update({ where: { username }, data: { passwordHash, role, disabledAt: null } });
      const subject = { kind: 'user', id: existing.id };
      await this.audit.record(tx, { actor: SYSTEM, action: 'user.reset', subject, details: { username, role } });
    });
  }

  private async requireUsable(tx: Transaction, token: string): Promise<{ id: string }> {
    const where = { secretHash: hashSecret(token), usedAt: null, expiresAt: { gt: this.clock.now() } };
    const link = isSecret(token) ? await tx.setupLink.findFirst({ where, select: { id: true } }) : null;
    if (link === null)
      throw new UnauthenticatedError('cannot set up: the link is unknown, used or older than 30 minutes');
    return link;
  }

  private async insertUser(
    tx: Transaction,
    actor: Actor,
    user: { username: string; passwordHash: string; role: Role },
  ): Promise<void> {
    const id = this.ids.uuid();
    await tx.user.create({ data: { id, ...user, createdAt: this.clock.now() } });
    const details = { username: user.username, role: user.role };
    await this.audit.record(tx, { actor, action: 'user.create', subject: { kind: 'user', id }, details });
  }
}

/** Two set-ups at once: the second waits, and then sees the user of the first. Ends with the transaction. */
async function lockUsers(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('corefleet.users'))`;
}
