import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
/** The prefix says what leaked, when one does: API token, session, one-time link, enrolment token. */
export type SecretPrefix = 'cft_' | 'cfs_' | 'cfl_' | 'cfe_';

const FORM = /^cf[tsle]_[A-Za-z0-9_-]{43}$/;

/** A new bearer secret: the text is shown once and only its hash is kept. */
export function newSecret(prefix: SecretPrefix): { text: string; hash: string } {
  const text = prefix + randomBytes(SECRET_BYTES).toString('base64url');
  return { text, hash: hashSecret(text) };
}

/** SHA-256 in hex; enough because the secret is 256 random bits. */
export function hashSecret(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether a text can be a secret of ours at all; spares the database a look-up. */
export function isSecret(text: string): boolean {
  return FORM.test(text);
}
