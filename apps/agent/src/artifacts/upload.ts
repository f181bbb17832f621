import { createHash } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { DEVICE_ARTIFACTS_PATH } from '@corefleet/contracts/device-protocol';
import { artifactReference, type ArtifactReference } from '@corefleet/operations';
import { ArtifactError } from './artifact-error';
import { answerTo, refusalOf, smallBody, type ProvenRequests } from './proven-requests';
import { transferFailure } from './transfer-failure';

/**
 * Streams a file to the server, which keeps it for the command. Nothing is kept of one that is cut.
 * @throws what `content` throws, unchanged
 * @throws ArtifactError when the server does not keep exactly what was read
 */
export async function upload(
  requests: ProvenRequests,
  commandId: string,
  name: string,
  content: AsyncIterable<Uint8Array>,
): Promise<ArtifactReference> {
  const what = `store "${name}"`;
  const source = new Counted(content);
  try {
    const kept = await send(requests, targetOf(commandId, name), what, source);
    const { sha256, size } = source.seen();
    if (kept.sha256 === sha256 && kept.size === size) return kept;
    throw new ArtifactError(`cannot ${what}: the server keeps ${kept.sha256}, not ${sha256}`, true);
  } catch (error) {
    throw source.failed ? source.failure : transferFailure(error, what);
  }
}

const targetOf = (commandId: string, name: string): string =>
  `${DEVICE_ARTIFACTS_PATH}?command=${commandId}&name=${encodeURIComponent(name)}`;

async function send(
  requests: ProvenRequests,
  target: string,
  what: string,
  source: Counted,
): Promise<ArtifactReference> {
  const request = await requests.open('POST', target, { 'content-type': 'application/octet-stream' });
  const refused = new AbortController();
  try {
    const kept = keptOrRefused(request, what, refused);
    const sent = pipeline(source, request, { signal: refused.signal });
    const [reference] = await Promise.all([kept, sent.catch((error: unknown) => afterRefusal(refused, error))]);
    return reference;
  } finally {
    request.destroy();
  }
}

/** A refusal comes before everything is sent: what is left is not read from snapd then. */
async function keptOrRefused(
  request: ClientRequest,
  what: string,
  refused: AbortController,
): Promise<ArtifactReference> {
  const answer = await answerTo(request);
  if (answer.statusCode === 201) return artifactReference.parse(JSON.parse(await smallBody(answer)));
  const refusal = await refusalOf(answer, what);
  refused.abort();
  throw refusal;
}

function afterRefusal({ signal }: AbortController, error: unknown): void {
  if (!signal.aborted) throw error;
}

/** Passes pieces on, and knows what it has passed and whether it was the source that failed. */
class Counted implements AsyncIterable<Uint8Array> {
  private readonly hash = createHash('sha256');
  private size = 0;
  failed = false;
  failure: unknown;

  constructor(private readonly content: AsyncIterable<Uint8Array>) {}

  seen(): Pick<ArtifactReference, 'sha256' | 'size'> {
    return { sha256: this.hash.digest('hex'), size: this.size };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of this.content) {
        this.hash.update(piece);
        this.size += piece.length;
        yield piece;
      }
    } catch (error) {
      this.failed = true;
      this.failure = error;
      throw error;
    }
  }
}
