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
  /** Cuts the connection of the next request (no GET) that matches; each call cuts one. */
  cutNext(point: CutPoint, matches?: (request: RecordedRequest) => boolean): void;
  /** Ends all connections and removes the socket. Safe to call again. */
  close(): Promise<void>;
}

interface Cut {
  point: CutPoint;
  matches: (request: RecordedRequest) => boolean;
}

interface Exchange {
  upstream: string;
  incoming: http.IncomingMessage;
  answer: http.ServerResponse;
  record: RecordedRequest;
  cut: CutPoint | undefined;
  pending: Set<http.ClientRequest>;
}

const bodyLimitBytes = 64 * 1024;

/**
 * Puts a proxy in front of snapd's socket that streams everything through (long polls, multipart, followed logs) and
 * records every request that is no GET. When snapd is away the client's connection is reset, as a dying snapd does.
 * snapd sees the proxy's own user as the client.
 */
export async function startRecordingProxy(options: { socketPath: string; upstream: string }): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = [];
  const cuts: Cut[] = [];
  const pending = new Set<http.ClientRequest>();
  const server = http.createServer((incoming, answer) => {
    const record = recordOf(incoming);
    if (record.method !== 'GET') requests.push(record);
    const cut = record.method === 'GET' ? undefined : takeCut(cuts, record);
    relay({ upstream: options.upstream, incoming, answer, record, cut, pending });
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
    cutNext: (point, matches = () => true) => cuts.push({ point, matches }),
    close: () => closeServer(server, pending),
  };
}

function recordOf(incoming: http.IncomingMessage): RecordedRequest {
  const { method = '', url = '' } = incoming;
  return { method, path: url, body: '', at: Date.now(), forwarded: false, cut: false };
}

function takeCut(cuts: Cut[], record: RecordedRequest): CutPoint | undefined {
  const index = cuts.findIndex((cut) => cut.matches(record));
  if (index < 0) return undefined;
  record.cut = true;
  return cuts.splice(index, 1)[0]?.point;
}

function relay(exchange: Exchange): void {
  const { incoming, answer, record, cut, pending } = exchange;
  recordBody(incoming, record);
  if (cut === 'before-forward') {
    incoming.resume().once('end', () => answer.destroy());
    return;
  }
  const { method, path } = record;
  const headers = passedOn(incoming.headers);
  const outgoing = http.request({ socketPath: exchange.upstream, method, path, headers, agent: false }, (response) => {
    record.status = response.statusCode;
    if (cut === 'before-answer') answer.destroy();
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
  sendBody(incoming, outgoing);
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
