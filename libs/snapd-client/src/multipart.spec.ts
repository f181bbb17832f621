import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { multipart } from './multipart';

let directory: string;
let path: string;
const content = Buffer.from(Array.from({ length: 600_000 }, (_, at) => at % 251));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snapd-client-'));
  path = join(directory, 'x.snap');
  await writeFile(path, content);
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a form with a file', () => {
  it('may be collected: its pieces stay what they were', async () => {
    const pieces: Uint8Array[] = [];
    for await (const piece of multipart([{ name: 'snap', file: { path } }]).body) pieces.push(piece);
    expect(Buffer.concat(pieces).includes(content)).toBe(true);
  });

  it('reads the file into one piece of memory for who is done with each piece at once', async () => {
    const memory = new Set<ArrayBufferLike>();
    let sizeBytes = 0;
    for await (const piece of multipart([{ name: 'snap', file: { path } }]).body.reusingMemory()) {
      if (piece.byteLength < 1000) continue; // the form around the file
      memory.add(piece.buffer);
      sizeBytes += piece.byteLength;
    }
    expect(sizeBytes).toBe(content.length);
    expect(memory.size).toBe(1);
  });
});
