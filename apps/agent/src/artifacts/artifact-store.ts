import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactName, type Artifact, type ArtifactReference } from '@corefleet/operations';
import { messageOf, type AgentLogger } from '../logger';
import { ArtifactError } from './artifact-error';
import { Download } from './download';
import type { ProvenRequests } from './proven-requests';
import { transferFailure } from './transfer-failure';
import { upload } from './upload';

/** Uploads of one command that may be cut before it is given up: each reads the whole file from snapd again. */
const MOST_CUTS = 5;

/** Files on their way between the server and the device, each for as long as a command needs it. */
export class ArtifactStore {
  constructor(
    private readonly directory: string | undefined,
    private readonly requests: ProvenRequests,
    private readonly logger: AgentLogger,
  ) {}

  /** Removes what commands left behind that are not open any more. What cannot be removed, as on a read-only disk, stays. */
  async clear(openCommandIds: ReadonlySet<string>): Promise<void> {
    try {
      await this.removeAllBut(openCommandIds);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.logger.warn('Cannot remove files of former commands', { path: this.directory, error: messageOf(error) });
    }
  }

  private async removeAllBut(openCommandIds: ReadonlySet<string>): Promise<void> {
    if (!this.directory) return;
    for (const name of await readdir(this.directory))
      if (!openCommandIds.has(name)) await rm(join(this.directory, name), { recursive: true, force: true });
  }

  /** The files of one command. */
  forCommand(commandId: string): CommandArtifacts {
    const directory = this.directory && join(this.directory, commandId);
    return new CommandArtifacts(commandId, directory, this.requests, this.logger);
  }
}

/** The files of one command. */
export class CommandArtifacts {
  private readonly downloads = new Map<string, Download>();
  private readonly fetched = new Map<string, Artifact>();
  private cuts = 0;

  constructor(
    private readonly commandId: string,
    private readonly directory: string | undefined,
    private readonly requests: ProvenRequests,
    private readonly logger: AgentLogger,
  ) {}

  /**
   * Fetches from the gateway what is not on the device yet, never more than the reference's size, and checks the digest.
   * What is there when it fails stays for the next call, in this run of the agent or another.
   * @throws ArtifactError
   */
  async fetch(reference: ArtifactReference): Promise<Artifact> {
    const { sha256, size } = reference;
    const known = this.fetched.get(sha256);
    if (known) return known;
    const path = await this.pathOf(reference);
    const download = this.downloads.get(sha256) ?? new Download(reference, path, this.requests, this.logger);
    this.downloads.set(sha256, download);
    await download.run();
    const artifact = { sizeBytes: size, open: () => createReadStream(path) };
    this.fetched.set(sha256, artifact);
    return artifact;
  }

  /**
   * Streams a file to the server.
   * @throws what `content` throws, or ArtifactError; after one that may work later, call again with content from its start
   */
  async store(name: string, content: AsyncIterable<Uint8Array>): Promise<ArtifactReference> {
    if (!artifactName.safeParse(name).success)
      throw new ArtifactError(`cannot store ${JSON.stringify(name)}: it is not the name of a file`, false);
    try {
      return await upload(this.requests, this.commandId, name, content);
    } catch (error) {
      if (!(error instanceof ArtifactError) || !error.mayWorkLater) throw error;
      this.cuts += 1;
      if (this.cuts < MOST_CUTS) throw error;
      throw new ArtifactError(`cannot store "${name}": it was cut ${this.cuts} times`, false, error.code, {
        cause: error,
      });
    }
  }

  /** Removes the files: the command has ended. */
  async dispose(): Promise<void> {
    if (this.directory && this.downloads.size > 0) await rm(this.directory, { recursive: true, force: true });
    this.downloads.clear();
    this.fetched.clear();
  }

  private async pathOf({ name, sha256 }: ArtifactReference): Promise<string> {
    const what = `fetch "${name}"`;
    if (!this.directory) throw new ArtifactError(`cannot ${what}: the agent has no state directory`, false);
    try {
      await mkdir(this.directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw transferFailure(error, what);
    }
    return join(this.directory, sha256);
  }
}
