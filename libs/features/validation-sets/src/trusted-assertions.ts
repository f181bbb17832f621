import { readFile } from 'node:fs/promises';
import { CANONICAL, trustIn, type Trust } from '@corefleet/assertions';

/** Who is believed without proof: a `Trust` of libs/assertions. */
export const TRUST = Symbol('TRUST');

/** Settings of the feature. */
export interface ValidationSetsOptions {
  /** A file of account and account-key assertions that are trusted as given, beside Canonical's. */
  readonly trustedAssertions?: string | undefined;
}

/**
 * Reads whom to trust.
 * @throws Error naming the file when it cannot be read, or holds anything but accounts and keys
 */
export async function readTrust({ trustedAssertions: file }: ValidationSetsOptions): Promise<Trust> {
  if (file === undefined) return trustIn(CANONICAL);
  try {
    return trustIn(CANONICAL, await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`cannot trust what is in ${file}: ${(error as Error).message}`, { cause: error });
  }
}
