import { randomBytes } from 'node:crypto';
import { argon2id, argon2Verify } from 'hash-wasm';
import { InvalidRequestError } from '@corefleet/platform/errors';

/** Characters, not bytes. The upper bound keeps hashing cheap to refuse. */
export const PASSWORD_LENGTH = { least: 12, most: 256 } as const;

/** OWASP's Argon2id setting for 19 MiB (Password Storage Cheat Sheet). */
const COST = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32 } as const;
const SALT_BYTES = 16;

/**
 * A PHC string with salt and cost, so that a later change of cost still verifies.
 * @throws InvalidRequestError when the password is too short, too long or is the user's name
 */
export async function hashPassword(username: string, password: string): Promise<string> {
  const problem = passwordProblem(username, password);
  if (problem !== undefined) {
    throw new InvalidRequestError(`cannot set the password: it ${problem}`, [{ field: 'password', message: problem }]);
  }
  return argon2id({ ...COST, password, salt: randomBytes(SALT_BYTES), outputType: 'encoded' });
}

/** @returns what is wrong with a new password, or undefined */
export function passwordProblem(username: string, password: string): string | undefined {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH.least) return `must have at least ${PASSWORD_LENGTH.least} characters`;
  if (length > PASSWORD_LENGTH.most) return `must have at most ${PASSWORD_LENGTH.most} characters`;
  if (password.toLowerCase() === username.toLowerCase()) return 'must not be the username';
  return undefined;
}

let nobodysHash: Promise<string> | undefined;

/**
 * Whether the password is the one that was hashed.
 * @param hash undefined when there is no such user: takes as long, so that time does not tell who exists
 */
export async function verifyPassword(hash: string | undefined, password: string): Promise<boolean> {
  nobodysHash ??= argon2id({
    ...COST,
    password: randomBytes(SALT_BYTES),
    salt: randomBytes(SALT_BYTES),
    outputType: 'encoded',
  });
  const matches = await argon2Verify({ password, hash: hash ?? (await nobodysHash) });
  return matches && hash !== undefined;
}
