import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';
import type { Artifact, ArtifactSource } from '@corefleet/operations';
import { ArtifactError } from './artifact-error';

/** Milliseconds without a byte before a download is given up. */
const SILENCE_MS = 60_000;
const MAX_REDIRECTS = 5;

/** Files the device was told to fetch, each under its digest, for as long as a command needs it. */
export class ArtifactStore {
  constructor(private readonly directory: string | undefined) {}

  /** Removes what an earlier run left behind. */
  async clear(): Promise<void> {
    if (this.directory) await rm(this.directory, { recursive: true, force: true });
  }

  /** The files of one command. */
  forCommand(commandId: string): CommandArtifacts {
    return new CommandArtifacts(this.directory && join(this.directory, commandId));
  }
}

export class CommandArtifacts {
  private readonly fetched = new Map<string, Artifact>();

  constructor(private readonly directory: string | undefined) {}

  /**
   * Fetches over HTTP(S), never more than `sizeBytes`, and checks the digest.
   * @throws ArtifactError
   */
  async fetch(source: ArtifactSource): Promise<Artifact> {
    const known = this.fetched.get(source.sha256);
    if (known) return known;
    if (!this.directory) throw new ArtifactError(`cannot fetch ${source.url}: the agent has no state directory`, false);
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const path = join(this.directory, source.sha256);
    await download(source, `${path}.part`);
    await rename(`${path}.part`, path);
    const artifact = { sizeBytes: (await stat(path)).size, open: () => createReadStream(path) };
    this.fetched.set(source.sha256, artifact);
    return artifact;
  }

  /** Removes the files. */
  async dispose(): Promise<void> {
    if (this.directory && this.fetched.size > 0) await rm(this.directory, { recursive: true, force: true });
    this.fetched.clear();
  }
}

async function download(source: ArtifactSource, path: string): Promise<void> {
  const response = await openUrl(new URL(source.url), MAX_REDIRECTS);
  const file = await open(path, 'w', 0o600);
  try {
    await receive(response, source, file);
    await file.sync();
  } finally {
    response.destroy();
    await file.close();
  }
}

async function receive(response: IncomingMessage, source: ArtifactSource, file: FileHandle): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  const cannot = (why: string): ArtifactError => new ArtifactError(`cannot fetch ${source.url}: ${why}`, false);
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > source.sizeBytes) throw cannot(`it is larger than ${source.sizeBytes} bytes`);
      hash.update(piece);
      await file.writeFile(piece);
    }
  } catch (error) {
    if (error instanceof ArtifactError) throw error;
    throw new ArtifactError(`cannot fetch ${source.url}`, true, { cause: error });
  }
  if (bytes < source.sizeBytes)
    throw new ArtifactError(`cannot fetch ${source.url}: it ended after ${bytes} of ${source.sizeBytes} bytes`, true);
  const digest = hash.digest('hex');
  if (digest !== source.sha256) throw cannot(`its SHA-256 is ${digest}, not ${source.sha256}`);
}

function openUrl(url: URL, redirects: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? httpsGet : httpGet;
    const request = get(url, { timeout: SILENCE_MS }, (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode === 200) return resolve(response);
      response.destroy();
      if (statusCode >= 300 && statusCode < 400 && headers.location && redirects > 0)
        return resolve(openUrl(redirection(url, headers.location), redirects - 1));
      const mayWorkLater = statusCode >= 500 || statusCode === 429;
      reject(new ArtifactError(`cannot fetch ${url.href}: the server answered ${statusCode}`, mayWorkLater));
    });
    request.on('timeout', () => request.destroy(new Error(`nothing came for ${SILENCE_MS} ms`)));
    request.on('error', (cause) => reject(new ArtifactError(`cannot fetch ${url.href}`, true, { cause })));
  });
}

/** A secure address never leads to an insecure one. */
function redirection(from: URL, location: string): URL {
  const to = new URL(location, from);
  const allowed = to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
  if (!allowed) throw new ArtifactError(`cannot fetch ${from.href}: it redirects to ${to.protocol}`, false);
  return to;
}
