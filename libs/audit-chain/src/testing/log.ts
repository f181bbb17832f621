import { generateKeyPairSync, sign } from 'node:crypto';
import { GENESIS, leafOf, nextHash } from '../chain';
import { checkpointDigest, writeCheckpoint, type CheckpointSigner } from '../checkpoint';
import { sha256, written } from '../digest';
import { entryText, type EntryRow } from '../entry-text';
import { exportLine } from '../export-line';

export function aSigner(): CheckpointSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: String(publicKey.export({ format: 'jwk' }).x),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  };
}

export const aRow = (id: number, changes: Partial<EntryRow> = {}): EntryRow => ({
  ...{ id: String(id), at: '2026-05-03T12:00:00.123456Z', actorKind: 'person', actorId: 'u1', actorName: 'ada' },
  ...{ source: '192.0.2.7', action: 'rollout.approve', subjectKind: 'rollout', subjectId: 'r1', outcome: 'done' },
  ...{ remark: null, details: '{"wave": 2}', salt: '2f4a' },
  ...changes,
});

/** Entries with ids that are not their positions, as after acts that were rolled back. */
export const entries = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => entryText(aRow(n * 2 + 11, { remark: `number ${n}` }), []));

/** Lines of an export of the entries, sealed in this order. */
export function sealed(texts: readonly string[]): string[] {
  let hash: Uint8Array = GENESIS;
  return texts.map((entry, n) => {
    hash = nextHash(hash, leafOf(entry));
    return exportLine({ position: n + 1, hash: written(hash), entry });
  });
}

/** Checkpoints of the entries, each of as many as is said, one after the other. */
export function checkpointsOf(texts: readonly string[], sizes: readonly number[], signer: CheckpointSigner): string[] {
  const checkpoints: string[] = [];
  const lines = sealed(texts);
  let [from, hash]: [number, Buffer] = [1, GENESIS];
  for (const size of sizes) {
    const stretch = texts.slice(from - 1, from - 1 + size);
    const leaves = stretch.map((text) => leafOf(text));
    const before = hash;
    for (const leaf of leaves) hash = nextHash(hash, leaf);
    const last = checkpoints.at(-1);
    const content = {
      ...{ from, at: new Date(1_780_000_000_000 + from * 1000), leaves, before, hash },
      ids: stretch.map((text) => Number(/\d+/.exec(text)?.[0])),
      lines: sha256(...lines.slice(from - 1, from - 1 + size).map((line) => `${line}\n`)),
      previous: last === undefined ? '' : checkpointDigest(last),
    };
    checkpoints.push(writeCheckpoint(content, signer));
    from += size;
  }
  return checkpoints;
}

/** The lines as a stream, in pieces that end anywhere. */
export async function* bytesOf(lines: readonly string[], pieceBytes = 997): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

export async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
