import type { Transaction } from '@corefleet/platform/database';
import type { TokenKind } from './principal';
import { newSecret } from '@corefleet/platform/secrets';

const PREFIX = { session: 'cfs_', api: 'cft_' } as const;

export interface NewToken {
  readonly id: string;
  readonly userId: string;
  readonly kind: TokenKind;
  readonly name: string;
  readonly createdAt: Date;
  readonly lifeSeconds: number;
}

/** Keeps a new bearer secret. @returns its text, which is not kept, and when it ends */
export async function insertToken(tx: Transaction, token: NewToken): Promise<{ text: string; expiresAt: Date }> {
  const { text, hash } = newSecret(PREFIX[token.kind]);
  const { lifeSeconds, ...row } = token;
  const expiresAt = new Date(token.createdAt.getTime() + lifeSeconds * 1000);
  await tx.apiToken.create({ data: { ...row, secretHash: hash, expiresAt } });
  return { text, expiresAt };
}
