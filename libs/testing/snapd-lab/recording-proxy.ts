import http from 'node:http';
import { rm } from 'node:fs/promises';

/** One request that is no GET, as the proxy saw it. */
export interface RecordedRequest {
  method: string;
  path: string;
  /** the first 64 KiB of the body, as text */
  body: string;
  /** when its head arrived, in ms since 1970 */
  at: number;
  /** the whole body arrived and was handed to snapd; a client that died while writing leaves this false */
  forwarded: boolean;
  /** what snapd answered, also when the answer was cut off; undefined when snapd never answered */
  status?: number;
  /** the connection was cut by `cutNext` */
  cut: boolean;
}

/** Where a connection is cut: before snapd hears anything, or after snapd has answered but before the client hears it. */
export type CutPoint = 'before-forward' | 'before-answer';

export interface RecordingProxy {
  socketPath: string;
  /** all requests but GETs, oldest first; grows while the proxy runs */
  requests: readonly RecordedRequest[];
  /** How often a path was read so far, whatever its query. */
  reads(path: string): number;
  /** Cuts the connection of the next request (no GET) that matches; each call cuts one. */
  cutNext(point: CutPoint, matches?: (request: RecordedRequest) => boolean): void;
  /**
   * Hands the next request (no GET) that matches to snapd only after `ms`, also when its client has gone meanwhile: as a
   * snapd that holds a request while it waits for its store, and carries it out in the end.
   */
  holdNext(ms: number, matches?: (request: RecordedRequest) => boolean): void;
  /** Ends all connections and removes the socket. Safe to call again. */
  close(): Promise<void>;
}

/** What happens to a request on its way. */
type Blow = { cut: CutPoint; holdMs?: undefined } | { holdMs: number; cut?: undefined };

interface Awaited {
  blow: Blow;
  matches: (request: RecordedRequest) => boolean;
}

interface Exchange {
  upstream: string;
  incoming: http.IncomingMessage;
  answer: http.ServerResponse;
  record: RecordedRequest;
  blow: Blow | undefined;
  pending: Set<http.ClientRequest>;
  held: Set<NodeJS.Timeout>;
}

const bodyLimitBytes = 64 * 1024;

/**
 * Puts a proxy in front of snapd's socket that streams everything through (long polls, multipart, followed logs) and
 * records every request that is no GET. When snapd is away the client's connection is reset, as a dying snapd does.
 * snapd sees the proxy's own user as the client.
 */
export async function startRecordingProxy(options: { socketPath: string; upstream: string }): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = [];
  const reads = new Map<string, number>();
  const awaited: Awaited[] = [];
  const pending = new Set<http.ClientRequest>();
  const held = new Set<NodeJS.Timeout>();
  const server = http.createServer((incoming, answer) => {
    const record = recordOf(incoming);
    if (record.method === 'GET') countRead(reads, record.path);
    else requests.push(record);
    const blow = record.method === 'GET' ? undefined : takeBlow(awaited, record);
    record.cut = blow?.cut !== undefined;
    relay({ upstream: options.upstream, incoming, answer, record, blow, pending, held });
  });
  server.timeout = server.requestTimeout = server.headersTimeout = 0;
  await rm(options.socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.socketPath, resolve);
  });
  return {
    socketPath: options.socketPath,
    requests,
    reads: (of) => reads.get(of) ?? 0,
    cutNext: (cut, matches = () => true) => awaited.push({ blow: { cut }, matches }),
    holdNext: (holdMs, matches = () => true) => awaited.push({ blow: { holdMs }, matches }),
    close: () => {
      for (const timer of held) clearTimeout(timer);
      return closeServer(server, pending);
    },
  };
}

function countRead(reads: Map<string, number>, url: string): void {
  const [path = ''] = url.split('?');
  reads.set(path, (reads.get(path) ?? 0) + 1);
}

function recordOf(incoming: http.IncomingMessage): RecordedRequest {
  const { method = '', url = '' } = incoming;
  return { method, path: url, body: '', at: Date.now(), forwarded: false, cut: false };
}

function takeBlow(awaited: Awaited[], record: RecordedRequest): Blow | undefined {
  const index = awaited.findIndex(({ matches }) => matches(record));
  return index < 0 ? undefined : awaited.splice(index, 1)[0]?.blow;
}

function relay(exchange: Exchange): void {
  const { incoming, answer, record, blow } = exchange;
  recordBody(incoming, record);
  if (blow?.cut === 'before-forward') incoming.resume().once('end', () => answer.destroy());
  else if (blow?.holdMs !== undefined) hold(exchange, blow.holdMs);
  else forward(exchange, (outgoing) => sendBody(incoming, outgoing));
}

function hold(exchange: Exchange, ms: number): void {
  const { incoming, held } = exchange;
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.once('end', () => {
    const timer = setTimeout(() => {
      held.delete(timer);
      forward(exchange, (outgoing) => outgoing.end(Buffer.concat(chunks)));
    }, ms);
    held.add(timer);
  });
}

function forward(exchange: Exchange, send: (outgoing: http.ClientRequest) => void): void {
  const { incoming, answer, record, blow, pending } = exchange;
  const { method, path } = record;
  const headers = passedOn(incoming.headers);
  const outgoing = http.request({ socketPath: exchange.upstream, method, path, headers, agent: false }, (response) => {
    record.status = response.statusCode;
    if (blow?.cut === 'before-answer') answer.destroy();
    if (answer.destroyed) response.resume();
    else passAnswer(response, answer);
  });
  pending.add(outgoing);
  outgoing.on('error', () => answer.destroy());
  outgoing.on('finish', () => (record.forwarded = true));
  outgoing.on('close', () => pending.delete(outgoing));
  // a client that dies after its last byte has still asked: snapd would have read that byte
  answer.on('close', () => {
    if (method === 'GET' || !incoming.complete) outgoing.destroy();
  });
  send(outgoing);
}

/**
 * Sends a short body in one write: snapd may refuse and close before a second one, even an empty one, and then the
 * failed write (EPIPE) would hide its answer.
 */
function sendBody(incoming: http.IncomingMessage, outgoing: http.ClientRequest): void {
  const { 'content-length': length } = incoming.headers;
  if (length === undefined || Number(length) > bodyLimitBytes) {
    incoming.pipe(outgoing);
    return;
  }
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => outgoing.end(Buffer.concat(chunks)));
}

function passAnswer(response: http.IncomingMessage, answer: http.ServerResponse): void {
  answer.writeHead(response.statusCode ?? 502, response.statusMessage, passedOn(response.headers));
  answer.flushHeaders();
  response.on('error', () => answer.destroy());
  response.pipe(answer);
}

/** All headers but the ones that belong to one connection. */
function passedOn(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  const { connection: _connection, 'keep-alive': _keepAlive, ...others } = headers;
  return others;
}

function recordBody(incoming: http.IncomingMessage, record: RecordedRequest): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    if (bytes < bodyLimitBytes) chunks.push(chunk.subarray(0, bodyLimitBytes - bytes));
    bytes += chunk.length;
    if (bytes - chunk.length < bodyLimitBytes) record.body = Buffer.concat(chunks).toString('utf8');
  });
}

async function closeServer(server: http.Server, pending: Set<http.ClientRequest>): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
  server.closeAllConnections();
  for (const outgoing of pending) outgoing.destroy();
  await closed;
}
