import type { CallOptions, SnapdCaller } from './caller';
import type { RequestSummary } from './errors';
import { filenameOf, requiredHeader } from './file-answer';
import type { SnapdResponse } from './transport';

/** Which snap to fetch from the store. */
export interface DownloadRequest {
  'snap-name': string;
  channel?: string;
  revision?: string | number;
  'cohort-key'?: string;
}

/** What the store has for a request. */
export interface DownloadHead {
  /** e.g. `core22_1380.snap`. */
  filename: string;
  sizeBytes: number;
  /** Digest of the whole file, in hexadecimal. */
  sha3_384: string;
  /** Names this very file when a download is resumed. */
  token: string;
}

/** A snap on its way. */
export interface SnapDownload extends DownloadHead {
  /** Where the content begins: 0 also for a resumed download when the store sends the whole file again. */
  fromByte: number;
  /** Read once; leaving the loop early drops the connection. Check its length and digest: snapd cannot tell of a cut. */
  content: AsyncIterable<Uint8Array>;
}

const PATH = '/v2/download';
const CONTENT_TYPE = 'application/octet-stream';

/** Fetches snaps from the store through snapd, without installing them. */
export class Downloads {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * Only the head of a download.
   * @throws SnapdError as for opening one
   */
  async peek(request: DownloadRequest, options: CallOptions = {}): Promise<DownloadHead> {
    const response = await this.open({ ...request, 'header-peek': true }, {}, options);
    await response.text();
    return toHead(response, { method: 'POST', path: PATH });
  }

  /**
   * Begins a download. It is a POST and never sent again by itself: resume it.
   * @throws SnapdError kind snap-not-found, snap-revision-not-available, snap-channel-not-available or
   *   snap-architecture-not-available
   */
  start(request: DownloadRequest, options: CallOptions = {}): Promise<SnapDownload> {
    return this.download({ ...request }, {}, options);
  }

  /**
   * Goes on with a download of the same snap.
   * @param from.byte how many bytes are there already
   * @throws SnapdError status 400 `download token is invalid`; start again then
   */
  resume(
    request: Pick<DownloadRequest, 'snap-name'>,
    from: { token: string; byte: number },
    options: CallOptions = {},
  ): Promise<SnapDownload> {
    const range = { range: `bytes=${from.byte}-` };
    return this.download({ 'snap-name': request['snap-name'], 'resume-token': from.token }, range, options);
  }

  private async download(json: object, headers: Record<string, string>, options: CallOptions): Promise<SnapDownload> {
    const response = await this.open(json, headers, options);
    return {
      ...toHead(response, { method: 'POST', path: PATH }),
      fromByte: response.status === 206 ? firstByte(response) : 0,
      content: response.stream(this.caller.timeoutMs({ method: 'POST', path: PATH }, options)),
    };
  }

  private open(json: object, headers: Record<string, string>, options: CallOptions): Promise<SnapdResponse> {
    return this.caller.open({ method: 'POST', path: PATH, json, headers }, CONTENT_TYPE, options);
  }
}

function toHead(response: SnapdResponse, request: RequestSummary): DownloadHead {
  return {
    filename: filenameOf(response),
    sizeBytes: Number(requiredHeader(response, 'snap-length', request)),
    sha3_384: requiredHeader(response, 'snap-sha3-384', request),
    token: requiredHeader(response, 'snap-download-token', request),
  };
}

/** Of `bytes 5-9/10`. */
function firstByte(response: SnapdResponse): number {
  return Number(/^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1] ?? 0);
}
