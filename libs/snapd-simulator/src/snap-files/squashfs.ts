import { inflateSync } from 'node:zlib';

const MAGIC = 0x73717368; // "hsqs", little endian
const SUPERBLOCK_BYTES = 96;
const GZIP = 1;
const UNCOMPRESSED_BLOCK = 1 << 24;
const NO_FRAGMENT = 0xffffffff;

/** Where a metadata item lies: the block's offset in its table, and the offset in the unpacked block. */
interface Place {
  block: number;
  offset: number;
}

interface Inode {
  type: 'directory' | 'file' | 'other';
  /** Of a directory: where its listing is, and its size. */
  listing?: Place;
  sizeBytes: number;
  /** Of a file: where its blocks start, their sizes, and its place in a fragment. */
  start?: number;
  blockSizes?: number[];
  fragment?: number;
  fragmentOffset?: number;
}

/** Reads single files out of a squashfs image packed with gzip, the way a snap's metadata is looked at. */
export class Squashfs {
  private readonly view: DataView;
  private readonly blockBytes: number;

  /** @throws Error when the image is no squashfs, or packed with something else than gzip */
  constructor(private readonly image: Uint8Array) {
    this.view = new DataView(image.buffer, image.byteOffset, image.byteLength);
    if (image.byteLength < SUPERBLOCK_BYTES || this.u32(0) !== MAGIC)
      throw new Error('cannot read squashfs: bad magic');
    if (this.u16(20) !== GZIP) throw new Error('cannot read squashfs: its compression is not gzip');
    this.blockBytes = this.u32(12);
  }

  /** The content of a file by its path, or undefined when there is none. */
  readFile(path: string): Uint8Array | undefined {
    const inode = this.find(path.split('/'));
    return inode?.type === 'file' ? this.content(inode) : undefined;
  }

  /** Names in a directory; none when it is not there. */
  list(path: string): string[] {
    const inode = this.find(path.split('/'));
    return inode?.type === 'directory' ? [...this.entries(inode).keys()] : [];
  }

  private find(parts: readonly string[]): Inode | undefined {
    const root = this.u64(32);
    let inode: Inode | undefined = this.inode({ block: Math.floor(root / 65536), offset: root % 65536 });
    for (const part of parts) {
      const place: Place | undefined = inode?.type === 'directory' ? this.entries(inode).get(part) : undefined;
      inode = place && this.inode(place);
    }
    return inode;
  }

  private inode(place: Place): Inode {
    const data = this.metadata(this.u64(64), place, 8192);
    const kind = data.getUint16(0, true);
    if (kind === 1) return directory(data.getUint32(16, true), data.getUint16(26, true), data.getUint16(24, true));
    if (kind === 8) return directory(data.getUint32(24, true), data.getUint16(34, true), data.getUint32(20, true));
    if (kind === 2)
      return this.file(data, { start: data.getUint32(16, true), size: data.getUint32(28, true), at: 20, sizes: 32 });
    if (kind === 9) {
      const [start, size] = [Number(data.getBigUint64(16, true)), Number(data.getBigUint64(24, true))];
      return this.file(data, { start, size, at: 44, sizes: 56 });
    }
    return { type: 'other', sizeBytes: 0 };
  }

  private file(data: DataView, about: { start: number; size: number; at: number; sizes: number }): Inode {
    const fragment = data.getUint32(about.at, true);
    const whole = Math.floor(about.size / this.blockBytes);
    const count = fragment === NO_FRAGMENT && about.size % this.blockBytes > 0 ? whole + 1 : whole;
    return {
      type: 'file',
      sizeBytes: about.size,
      start: about.start,
      blockSizes: Array.from({ length: count }, (_, i) => data.getUint32(about.sizes + i * 4, true)),
      fragment,
      fragmentOffset: data.getUint32(about.at + 4, true),
    };
  }

  private entries(inode: Inode): Map<string, Place> {
    const found = new Map<string, Place>();
    const size = inode.sizeBytes - 3;
    if (size <= 0 || !inode.listing) return found;
    const data = this.metadata(this.u64(72), inode.listing, size);
    for (let at = 0; at + 12 <= size;) {
      const count = data.getUint32(at, true) + 1;
      const block = data.getUint32(at + 4, true);
      at += 12;
      for (let i = 0; i < count; i++) {
        const length = data.getUint16(at + 6, true) + 1;
        found.set(textAt(data, at + 8, length), { block, offset: data.getUint16(at, true) });
        at += 8 + length;
      }
    }
    return found;
  }

  private content({
    start = 0,
    blockSizes = [],
    sizeBytes,
    fragment = NO_FRAGMENT,
    fragmentOffset = 0,
  }: Inode): Uint8Array {
    const pieces: Uint8Array[] = [];
    let at = start;
    for (const size of blockSizes) {
      const stored = size & (UNCOMPRESSED_BLOCK - 1);
      pieces.push(unpacked(this.image.subarray(at, at + stored), (size & UNCOMPRESSED_BLOCK) !== 0));
      at += stored;
    }
    if (fragment !== NO_FRAGMENT) {
      const tail = sizeBytes % this.blockBytes;
      pieces.push(this.fragment(fragment).subarray(fragmentOffset, fragmentOffset + tail));
    }
    return Buffer.concat(pieces);
  }

  private fragment(index: number): Uint8Array {
    const block = this.u64(this.u64(80) + Math.floor(index / 512) * 8);
    const entry = this.metadata(block, { block: 0, offset: (index % 512) * 16 }, 16);
    const [start, size] = [Number(entry.getBigUint64(0, true)), entry.getUint32(8, true)];
    const stored = size & (UNCOMPRESSED_BLOCK - 1);
    return unpacked(this.image.subarray(start, start + stored), (size & UNCOMPRESSED_BLOCK) !== 0);
  }

  /** Unpacked metadata from a place of a table, at most `bytes` long and going on over the following blocks. */
  private metadata(table: number, { block, offset }: Place, bytes: number): DataView {
    const pieces: Uint8Array[] = [];
    let have = -offset;
    for (let at = table + block; have < bytes && at + 2 <= this.image.byteLength;) {
      const header = this.u16(at);
      const stored = header & 0x7fff;
      const packed = this.image.subarray(at + 2, at + 2 + stored);
      const piece = tryUnpack(packed, (header & 0x8000) !== 0);
      if (!piece) break;
      pieces.push(piece);
      have += piece.byteLength;
      at += 2 + stored;
    }
    const data = Buffer.concat(pieces).subarray(offset);
    return new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  private u16(at: number): number {
    return this.view.getUint16(at, true);
  }

  private u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  private u64(at: number): number {
    return Number(this.view.getBigUint64(at, true));
  }
}

const directory = (block: number, offset: number, sizeBytes: number): Inode => ({
  type: 'directory',
  listing: { block, offset },
  sizeBytes,
});

const unpacked = (bytes: Uint8Array, stored: boolean): Uint8Array => (stored ? bytes : inflateSync(bytes));

// What follows the last block of a table is another table: it ends the reading, not the image.
function tryUnpack(bytes: Uint8Array, stored: boolean): Uint8Array | undefined {
  try {
    return unpacked(bytes, stored);
  } catch {
    return undefined;
  }
}

const textAt = (data: DataView, at: number, length: number): string =>
  Buffer.from(data.buffer, data.byteOffset + at, length).toString('utf8');
