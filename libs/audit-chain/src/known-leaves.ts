import type { Checkpoint } from './checkpoint';

interface Known extends Pick<Checkpoint, 'from' | 'to' | 'at' | 'hash'> {
  readonly leaves: Buffer;
}

const LEAF_BYTES = 32;

/**
 * The leaves that checkpoints have said, so that another of the same positions can be held against them. In memory: 32 bytes
 * for each position.
 */
export class KnownLeaves {
  private readonly known: Known[] = [];
  /** Where the last answer ended: who asks next asks for what comes behind it, as a rule. */
  private cursor = 0;

  /** @param checkpoint of positions behind all that are known */
  add({ from, to, at, hash, leaves }: Checkpoint): void {
    this.known.push({ from, to, at, hash, leaves: Buffer.from(leaves, 'base64url') });
  }

  /**
   * Why a checkpoint cannot stand beside those that are known; undefined when it says the same of every position, as far as
   * they go.
   */
  contradiction({ from, to, hash, leaves }: Checkpoint): string | undefined {
    const said = Buffer.from(leaves, 'base64url');
    const end = Math.min(to, this.known.at(-1)?.to ?? 0);
    for (let position = from; position <= end; position++) {
      const known = this.at(position);
      if (!known) return `it comes behind those of later positions, and none of them knows ${position}: name it first`;
      const isSame = leafOf(known, position).equals(leafOf({ from, leaves: said }, position));
      const endsAlike = position < to || position < known.to || hash === known.hash;
      if (!isSame || !endsAlike) return `the one of ${known.at} says something else of position ${position}`;
    }
    return undefined;
  }

  private at(position: number): Known | undefined {
    if ((this.known[this.cursor]?.from ?? 0) > position) this.cursor = 0;
    while ((this.known[this.cursor]?.to ?? Infinity) < position) this.cursor++;
    const known = this.known[this.cursor];
    return known && known.from <= position ? known : undefined;
  }
}

function leafOf({ from, leaves }: Pick<Known, 'from' | 'leaves'>, position: number): Buffer {
  const start = (position - from) * LEAF_BYTES;
  return leaves.subarray(start, start + LEAF_BYTES);
}
