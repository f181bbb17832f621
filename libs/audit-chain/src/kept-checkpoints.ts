import { checkpointDigest, isSigned, readCheckpoint, type Checkpoint } from './checkpoint';
import type { Finding } from './findings';
import { KnownLeaves } from './known-leaves';

/** A stretch of the chain that a checkpoint speaks of, or one between two of which none does. */
export type Stretch =
  | { readonly kind: 'known'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'unknown'; readonly from: number; readonly next: Checkpoint };

interface Read {
  readonly line: string;
  readonly checkpoint: Checkpoint;
}

/**
 * Kept checkpoints in the order of their positions. Those of positions that were spoken of are left out: another copy of the
 * signer wrote them, or it began anew in an empty directory. They have to say the same: a signed fork of the log is a finding.
 * Each names the one before by its digest, so the signature of the last vouches for all: only it is checked, and that of
 * each one to which nothing is linked.
 */
export class KeptCheckpoints {
  /** What cannot be believed of them; whole once all were read. */
  readonly findings: Finding[] = [];
  /** Keys that have signed, raw and base64url. */
  readonly keys = new Set<string>();
  private readonly known = new KnownLeaves();
  private isForked = false;
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
      if (!checkpoint) continue;
      if (checkpoint.from < next) {
        this.compare(checkpoint);
        continue;
      }
      if (checkpoint.from > next) yield { kind: 'unknown', from: next, next: checkpoint };
      yield { kind: 'known', checkpoint };
      this.known.add(checkpoint);
      next = checkpoint.to + 1;
    }
    if (this.last) this.requireSignature(this.last);
  }

  /** Tells the first that contradicts: what follows on it does so too. */
  private compare(checkpoint: Checkpoint): void {
    const contradiction = this.isForked ? undefined : this.known.contradiction(checkpoint);
    if (contradiction === undefined) return;
    this.isForked = true;
    this.doubt(checkpoint.from, contradiction);
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
