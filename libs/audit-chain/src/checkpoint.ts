import * as z from 'zod/mini';
import { isSignedBy, sha256, written } from './digest';
import { readIds, writeIds } from './id-ranges';

const Digest = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));

/** Positions that one checkpoint may speak of. */
export const CHECKPOINT_MOST = 2_000;

const CheckpointLine = z.strictObject({
  /** The positions it speaks of: both are among them. */
  from: z.int().check(z.positive()),
  to: z.int().check(z.positive()),
  at: z.string(),
  /** Ids of the entries at these positions, as `writeIds` has them. */
  ids: z.string(),
  /** Their leaves, 32 bytes each, base64url. */
  leaves: z.string(),
  /** SHA-256 of the lines of an export at these positions, each with its line break: proves all of them at once. */
  lines: Digest,
  /** Of the chain before `from`, and at `to`. */
  before: Digest,
  hash: Digest,
  /** SHA-256 of the checkpoint before it in its file or the one before; empty for the first. */
  previous: z.string(),
  /** Raw Ed25519 public key, base64url. */
  key: Digest,
  signature: z.string(),
});

/** What a sealer says of a stretch of the chain, for good. */
export type Checkpoint = z.infer<typeof CheckpointLine>;

/** Who signs checkpoints. */
export interface CheckpointSigner {
  /** Raw 32 bytes, base64url. */
  readonly publicKey: string;
  /** @returns Ed25519 signature, base64url */
  sign(text: string): string;
}

export interface CheckpointContent {
  readonly from: number;
  readonly at: Date;
  readonly ids: readonly number[];
  readonly leaves: readonly Uint8Array[];
  readonly lines: Uint8Array;
  readonly before: Uint8Array;
  readonly hash: Uint8Array;
  readonly previous: string;
}

/** The line of a checkpoint, without its line break. */
export function writeCheckpoint(content: CheckpointContent, signer: CheckpointSigner): string {
  const { from, at, ids, leaves, lines, before, hash, previous } = content;
  const said = JSON.stringify({
    ...{
      from,
      to: from + ids.length - 1,
      at: at.toISOString(),
      ids: writeIds(ids),
      leaves: written(Buffer.concat(leaves)),
    },
    ...{ lines: written(lines), before: written(before), hash: written(hash), previous, key: signer.publicKey },
  });
  return `${said.slice(0, -1)},"signature":"${signer.sign(signingText(said))}"}`;
}

/** @returns undefined for a text that `writeCheckpoint` did not write, whoever signed it */
export function readCheckpoint(line: string): Checkpoint | undefined {
  const parsed = CheckpointLine.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const count = parsed.data.to - parsed.data.from + 1;
  const isWhole =
    count >= 1 && count <= CHECKPOINT_MOST && parsed.data.leaves.length === Math.ceil((count * 32 * 4) / 3);
  return isWhole ? parsed.data : undefined;
}

/** What the next checkpoint calls this one. */
export const checkpointDigest = (line: string): string => written(sha256(line));

/** Whether the key that the line names has signed the line. */
export function isSigned(line: string, { key, signature }: Checkpoint): boolean {
  const end = `,"signature":"${signature}"}`;
  return line.endsWith(end) && isSignedBy(key, signingText(`${line.slice(0, -end.length)}}`), signature);
}

/** What a checkpoint knows of one position. */
export interface KnownEntry {
  readonly position: number;
  readonly id: number;
  readonly leaf: Buffer;
}

/** @returns undefined when its ids and leaves are not one for each position */
export function knownEntries(checkpoint: Checkpoint): KnownEntry[] | undefined {
  const count = checkpoint.to - checkpoint.from + 1;
  const ids = readIds(checkpoint.ids, count);
  const leaves = Buffer.from(checkpoint.leaves, 'base64url');
  if (ids?.length !== count || leaves.length !== count * 32) return undefined;
  return ids.map((id, n) => ({ position: checkpoint.from + n, id, leaf: leaves.subarray(n * 32, (n + 1) * 32) }));
}

const signingText = (said: string): string => `corefleet audit checkpoint\n${said}`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // as any other line that is no checkpoint
  }
}
