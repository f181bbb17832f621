import { setTimeout as sleep } from 'node:timers/promises';
import {
  asyncAnswer,
  notesOf,
  parseEnvelope,
  syncResult,
  type AnswerNotes,
  type AsyncAnswer,
  type Envelope,
} from './envelope';
import { SnapdError, SnapdGarbageError, SnapdUnreachableError } from './errors';
import { toFile, type SnapdFile } from './file-answer';
import { DEFAULT_MAX_BODY_BYTES, type SnapdRequest, type SnapdResponse, type SnapdTransport } from './transport';

/** What a caller may say about one call. */
export interface CallOptions {
  /** Milliseconds without progress before SnapdTimeoutError; the client's default unless told. */
  timeoutMs?: number;
  /** Aborting rejects with the signal's reason; whether snapd acted on a POST is then unknown. */
  signal?: AbortSignal;
}

/** How a client behaves; every field has a default. */
export interface CallerOptions {
  /** Default time-out of reads in milliseconds (30,000). */
  getTimeoutMs?: number;
  /** Default time-out of everything else in milliseconds (60,000): with its store down, snapd holds a POST for 32 s. */
  postTimeoutMs?: number;
  /** How long a GET is tried again while snapd is unreachable, in milliseconds (10,000); 0 tries once. */
  retryForMs?: number;
  /** Pause between two tries in milliseconds (250, as snapd's own client does). */
  retryEveryMs?: number;
  /** Bound of an answer held in memory, in bytes (16 MiB). */
  maxBodyBytes?: number;
  /** Acts as a user logged in to the store, see macaroonAuthorization. snapd silently takes a bad one for none. */
  authorization?: string;
  /** Lets snapd ask the person in front of the device for leave (polkit) when the caller is not root; not by default. */
  allowInteraction?: boolean;
  /** Told of every answer with snapd's envelope: where maintenance and pending warnings show up. Must not throw. */
  onAnswer?: (notes: AnswerNotes) => void;
}

type Defaulted = 'getTimeoutMs' | 'postTimeoutMs' | 'retryForMs' | 'retryEveryMs' | 'maxBodyBytes';

/** A request with a JSON body or one made elsewhere. */
export interface CallRequest extends Omit<SnapdRequest, 'timeoutMs' | 'signal'> {
  json?: unknown;
}

/**
 * Sends requests and reads envelopes for the resources. GETs are tried again while snapd is unreachable (it may be
 * restarting); anything else is sent exactly once, because nobody could tell whether the first one was carried out.
 */
export class SnapdCaller {
  private readonly options: Required<Pick<CallerOptions, Defaulted>> & Pick<CallerOptions, 'onAnswer'>;
  /** Sent with every request. */
  private readonly headers: Record<string, string>;

  constructor(
    private readonly transport: SnapdTransport,
    options: CallerOptions = {},
  ) {
    this.options = {
      getTimeoutMs: 30_000,
      postTimeoutMs: 60_000,
      retryForMs: 10_000,
      retryEveryMs: 250,
      maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
      ...withoutUndefined(options),
    };
    this.headers = {
      ...(options.authorization !== undefined && { authorization: options.authorization }),
      ...(options.allowInteraction && { 'x-allow-interaction': 'true' }),
    };
  }

  /** Reads: the result of a sync answer. */
  get(path: string, options?: CallOptions): Promise<unknown> {
    return this.sync({ method: 'GET', path }, options);
  }

  /** The result of a request that snapd answers at once. */
  sync(request: CallRequest, options?: CallOptions): Promise<unknown> {
    return this.read(request, options, syncResult);
  }

  /** The change started by a request. */
  start(request: CallRequest, options?: CallOptions): Promise<AsyncAnswer> {
    return this.read(request, options, asyncAnswer);
  }

  /** Any envelope, refusals included; for the few requests that are sync or async depending on the state. */
  envelope(request: CallRequest, options?: CallOptions): Promise<Envelope> {
    return this.read(request, options, (envelope) => envelope);
  }

  /**
   * A request whose answer is not an envelope (assertions, logs, files). Returns once the head is there; the caller
   * reads the body.
   * @throws SnapdError when snapd refused, SnapdGarbageError when the content type is not `contentType`
   */
  open(request: CallRequest, contentType: string, options: CallOptions = {}): Promise<SnapdResponse> {
    return this.persist(request, options, () => this.openOnce(request, contentType, options));
  }

  /** A file, of whatever type; its content is waited for as long as for the answer. */
  async file(request: CallRequest, options: CallOptions = {}): Promise<SnapdFile> {
    return toFile(await this.open(request, '', options), this.timeoutMs(request, options));
  }

  /** How long one step of the call may take: until the head, and for files until the next piece. */
  timeoutMs(request: CallRequest, options: CallOptions): number {
    const ownMs = request.method === 'GET' ? this.options.getTimeoutMs : this.options.postTimeoutMs;
    return options.timeoutMs ?? ownMs;
  }

  /** The body of `open`, whole, within the client's bound. */
  text(request: CallRequest, contentType: string, options: CallOptions = {}): Promise<OpenedText> {
    return this.persist(request, options, async () => {
      const response = await this.openOnce(request, contentType, options);
      return { text: await response.text(this.options.maxBodyBytes), headers: response.headers };
    });
  }

  close(): void {
    this.transport.close();
  }

  /** Filled in field by field: spreading objects would cost more than the rest of it. */
  private send(request: CallRequest, options: CallOptions): Promise<SnapdResponse> {
    const sent: SnapdRequest = {
      method: request.method,
      path: request.path,
      headers: this.headersOf(request),
      timeoutMs: this.timeoutMs(request, options),
    };
    if (request.json !== undefined) sent.body = JSON.stringify(request.json);
    else if (request.body !== undefined) sent.body = request.body;
    if (request.dedicatedConnection) sent.dedicatedConnection = true;
    if (options.signal) sent.signal = options.signal;
    return this.transport.request(sent);
  }

  private headersOf(request: CallRequest): Record<string, string> {
    if (request.json === undefined && !request.headers) return this.headers;
    const type: Record<string, string> = request.json === undefined ? {} : { 'content-type': 'application/json' };
    return { ...this.headers, ...type, ...request.headers };
  }

  private async openOnce(request: CallRequest, contentType: string, options: CallOptions): Promise<SnapdResponse> {
    const response = await this.send(request, options);
    const type = response.headers['content-type'] ?? '';
    if (response.status < 300 && type.startsWith(contentType)) return response;
    const envelope = this.parse(request, response.status, await response.text(this.options.maxBodyBytes));
    if (envelope.type === 'error') throw new SnapdError(envelope, request);
    throw new SnapdGarbageError(
      request,
      `expected ${contentType} and not ${type || 'no content type'}`,
      response.status,
    );
  }

  /** All in one function, which every small request passes: each more that waits for another costs it a hundredth. */
  private async read<T>(
    request: CallRequest,
    options: CallOptions = {},
    take: (envelope: Envelope, request: CallRequest) => T,
  ): Promise<T> {
    for (let giveUpAt: number | undefined; ;) {
      try {
        const response = await this.send(request, options);
        return take(this.parse(request, response.status, await response.text(this.options.maxBodyBytes)), request);
      } catch (error) {
        giveUpAt = await this.beforeAnotherTry(request, options, error, giveUpAt);
      }
    }
  }

  private parse(request: CallRequest, status: number, text: string): Envelope {
    const envelope = parseEnvelope(status, text, request);
    this.options.onAnswer?.(notesOf(envelope));
    return envelope;
  }

  private async persist<T>(request: CallRequest, options: CallOptions, attempt: () => Promise<T>): Promise<T> {
    for (let giveUpAt: number | undefined; ;) {
      try {
        return await attempt();
      } catch (error) {
        giveUpAt = await this.beforeAnotherTry(request, options, error, giveUpAt);
      }
    }
  }

  /**
   * Waits where a request may be tried again, which is while snapd is unreachable, and throws `error` where not.
   * @param giveUpAt as returned before the last try; undefined after the first
   * @returns when trying ends, in milliseconds of performance.now()
   */
  private async beforeAnotherTry(
    request: CallRequest,
    options: CallOptions,
    error: unknown,
    giveUpAt = performance.now() + this.options.retryForMs,
  ): Promise<number> {
    const pauseMs = this.options.retryEveryMs;
    if (!isWorthAnotherTry(request, error) || performance.now() + pauseMs > giveUpAt) throw error;
    await pause(pauseMs, options.signal);
    return giveUpAt;
  }
}

/** A body read whole, with the headers that came before it. */
export interface OpenedText {
  text: string;
  headers: Record<string, string>;
}

function isWorthAnotherTry(request: CallRequest, error: unknown): boolean {
  return request.method === 'GET' && error instanceof SnapdUnreachableError && error.reason !== 'closed';
}

async function pause(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(durationMs, undefined, { signal });
  } catch {
    signal?.throwIfAborted(); // the timer's own AbortError hides the caller's reason
  }
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
