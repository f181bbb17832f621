import { checkpointDigest, isSigned, readCheckpoint, type Checkpoint } from './checkpoint';
import type { Finding } from './findings';

/** A stretch of the chain that a checkpoint speaks of, or one between two of which none does. */
export type Stretch =
  | { readonly kind: 'known'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'unknown'; readonly from: number; readonly next: Checkpoint };

interface Read {
  readonly line: string;
  readonly checkpoint: Checkpoint;
}

/**
 * Kept checkpoints in the order of their positions, those that another copy of the signer wrote twice left out.
 * Each names the one before by its digest, so the signature of the last vouches for all: only it is checked, and that of
 * each one to which nothing is linked.
 */
export class KeptCheckpoints {
  /** What cannot be believed of them; whole once all were read. */
  readonly findings: Finding[] = [];
  /** Keys that have signed, raw and base64url. */
  readonly keys = new Set<string>();
  private last: Read | undefined;

  /** @param lines of the files, in the order of their names @param key the only one that may sign, where it is known */
  constructor(
    private readonly lines: AsyncIterable<string>,
    private readonly key?: string,
  ) {}

  async *stretches(): AsyncGenerator<Stretch> {
    let next = 1;
    for await (const line of this.lines) {
      const checkpoint = this.read(line);
      if (!checkpoint || checkpoint.from < next) continue;
      if (checkpoint.from > next) yield { kind: 'unknown', from: next, next: checkpoint };
      yield { kind: 'known', checkpoint };
      next = checkpoint.to + 1;
    }
    if (this.last) this.requireSignature(this.last);
  }

  private read(line: string): Checkpoint | undefined {
    const checkpoint = readCheckpoint(line);
    if (!checkpoint) {
      this.doubt((this.last?.checkpoint.to ?? 0) + 1, 'it is damaged');
      return undefined;
    }
    const isLinked =
      this.last &&
      checkpoint.key === this.last.checkpoint.key &&
      checkpoint.previous === checkpointDigest(this.last.line);
    if (this.last && !isLinked) this.requireSignature(this.last);
    this.last = { line, checkpoint };
    return checkpoint;
  }

  private requireSignature({ line, checkpoint }: Read): void {
    const { key, from } = checkpoint;
    this.keys.add(key);
    if (this.key !== undefined && key !== this.key) this.doubt(from, `it is signed with ${key}, not with ${this.key}`);
    else if (!isSigned(line, checkpoint)) this.doubt(from, 'its signature is wrong');
  }

  private doubt(position: number, why: string): void {
    this.findings.push({ kind: 'checkpoint', position, why });
  }
}
