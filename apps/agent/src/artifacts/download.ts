import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, statfs, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { DEVICE_ARTIFACTS_PATH } from '@corefleet/contracts/device-protocol';
import type { ArtifactReference } from '@corefleet/operations';
import type { AgentLogger } from '../logger';
import { ArtifactError } from './artifact-error';
import { answerTo, refusalOf, type ProvenRequests } from './proven-requests';
import { transferFailure } from './transfer-failure';

const READ_BYTES = 64 * 1024;

/**
 * One file on its way to the device. What is on the disk decides, so it goes on where it was cut, in this run of the
 * agent or the next:
 *
 * | on the disk          | what is done                                                                      |
 * |----------------------|-----------------------------------------------------------------------------------|
 * | nothing              | asked for whole                                                                   |
 * | a beginning          | read back for its digest, and asked for from there on                             |
 * | as much as ordered   | compared with the digest; what differs is thrown away                              |
 * | more than ordered    | thrown away                                                                       |
 *
 * A file that differs is fetched once more from its start when part of it was from an earlier try: a power cut may have
 * torn that. Otherwise the server offers another file, and that is final.
 */
export class Download {
  private hash: Hash | undefined;
  /** Bytes on the disk that `hash` has seen. */
  private bytes = 0;
  private readonly what: string;

  constructor(
    private readonly reference: ArtifactReference,
    private readonly path: string,
    private readonly requests: ProvenRequests,
    private readonly logger: AgentLogger,
  ) {
    this.what = `fetch "${reference.name}"`;
  }

  /** Fetches what is missing. After a failure that may work later, a second call goes on from there. @throws ArtifactError */
  async run(): Promise<void> {
    try {
      const file = await open(this.path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
      try {
        await this.complete(file);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw transferFailure(error, this.what);
    }
  }

  private async complete(file: FileHandle): Promise<void> {
    const hadSome = await this.takeUp(file);
    await this.receiveRest(file);
    const digest = this.hash?.copy().digest('hex');
    if (digest === this.reference.sha256) return;
    await this.begin(file);
    if (!hadSome) throw this.differs(`its SHA-256 is ${digest}, not ${this.reference.sha256}`);
    await this.complete(file);
  }

  /** @returns whether anything was there that this call has not fetched */
  private async takeUp(file: FileHandle): Promise<boolean> {
    const { size } = await file.stat();
    if (this.hash && size >= this.bytes) await file.truncate(this.bytes);
    else if (size > this.reference.size) await this.begin(file);
    else await this.readBack(file);
    return this.bytes > 0;
  }

  private async begin(file: FileHandle): Promise<void> {
    await file.truncate(0);
    this.hash = createHash('sha256');
    this.bytes = 0;
  }

  private async readBack(file: FileHandle): Promise<void> {
    this.hash = createHash('sha256');
    this.bytes = 0;
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, this.bytes);
      if (bytesRead === 0) return;
      this.hash.update(buffer.subarray(0, bytesRead));
      this.bytes += bytesRead;
    }
  }

  private async receiveRest(file: FileHandle): Promise<void> {
    const { sha256, size } = this.reference;
    if (this.bytes === size) return;
    await this.requireRoom();
    if (this.bytes > 0) this.logger.info('A file goes on where it was cut', { sha256, fromByte: this.bytes, size });
    const range: Record<string, string> =
      this.bytes > 0 ? { range: `bytes=${this.bytes}-`, 'if-range': `"${sha256}"` } : {};
    const request = await this.requests.open('GET', `${DEVICE_ARTIFACTS_PATH}/${sha256}`, range);
    request.end();
    try {
      const answer = await answerTo(request);
      if (answer.statusCode !== 200 && answer.statusCode !== 206) throw await refusalOf(answer, this.what);
      if (answer.statusCode === 200) await this.begin(file);
      await this.receive(answer, file);
    } finally {
      request.destroy();
    }
  }

  private async receive(answer: IncomingMessage, file: FileHandle): Promise<void> {
    const { size } = this.reference;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      if (this.bytes + piece.length > size) {
        await this.begin(file);
        throw this.differs(`it is larger than ${size} bytes`);
      }
      await file.appendFile(piece);
      this.hash?.update(piece);
      this.bytes += piece.length;
    }
    if (this.bytes < size)
      throw new ArtifactError(`cannot ${this.what}: it ended after ${this.bytes} of ${size} bytes`, true);
  }

  /** Before a byte is asked for: a file that cannot fit would fill the disk that snapd needs too. */
  private async requireRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(dirname(this.path));
    const missing = this.reference.size - this.bytes;
    if (bavail * bsize < missing)
      throw new ArtifactError(
        `cannot ${this.what}: the disk of the device is full: ${missing} bytes are missing, ${bavail * bsize} are free`,
        false,
        'disk-full',
      );
  }

  private differs(why: string): ArtifactError {
    return new ArtifactError(`cannot ${this.what}: ${why}`, false);
  }
}
