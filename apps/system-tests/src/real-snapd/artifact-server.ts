import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** Parameters of `sideload` for one file. */
export interface ServedFile {
  url: string;
  sha256: string;
  size: number;
}

export interface ArtifactServer {
  /** Offers the file. @returns where, and what an agent checks it by */
  serve(file: string): Promise<ServedFile>;
  close(): Promise<void>;
}

/** A web server for the files that devices are told to fetch. */
export async function startArtifactServer(): Promise<ArtifactServer> {
  const files = new Map<string, Buffer>();
  const server = createServer((request, answer) => {
    const bytes = files.get(request.url ?? '');
    if (bytes) answer.end(bytes);
    else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async serve(file) {
      const bytes = await readFile(file);
      const name = `/${path.basename(file)}`;
      files.set(name, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { url: `http://127.0.0.1:${port}${name}`, sha256, size: bytes.length };
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
