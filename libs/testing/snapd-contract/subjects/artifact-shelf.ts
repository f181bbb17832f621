import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Artifact, OperationContext } from '@corefleet/operations';
import { labFile, type LabFile } from './lab-files';

/** How parameters and results name a file that a server keeps. */
export interface Reference {
  sha256: string;
  size: number;
  name: string;
}

/** The server's files, as an operation on the device has them. */
export class ArtifactShelf implements OperationContext {
  private readonly kept = new Map<string, Buffer>();

  constructor(readonly readBootId: () => Promise<string>) {}

  /** Keeps a snap file of the lab. */
  async put(name: LabFile): Promise<Reference> {
    return this.keep(name, await readFile(labFile(name).path));
  }

  keep(name: string, bytes: Buffer): Reference {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.kept.set(sha256, bytes);
    return { sha256, size: bytes.length, name };
  }

  /** What is kept under a reference. */
  bytes({ sha256 }: Pick<Reference, 'sha256'>): Buffer {
    const bytes = this.kept.get(sha256);
    if (bytes === undefined) throw new Error(`cannot fetch ${sha256}: it was not kept`);
    return bytes;
  }

  fetchArtifact(reference: Pick<Reference, 'sha256'>): Promise<Artifact> {
    const bytes = this.bytes(reference);
    return Promise.resolve({ sizeBytes: bytes.length, open: () => inPieces(bytes) });
  }

  async storeArtifact(name: string, content: AsyncIterable<Uint8Array>): Promise<Reference> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    return this.keep(name, Buffer.concat(chunks));
  }
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
