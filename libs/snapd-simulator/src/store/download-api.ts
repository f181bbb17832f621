import { createHash } from 'node:crypto';
import type { Device } from '../device/device';
import { ApiError, badRequest, notFound, type Reply } from '../http/envelope';
import { booleanField, decodeObjectStrictly, stringField, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { snapNotFound } from '../interfaces/interfaces-api';
import { LocalSnaps, revisionText, storeInfo } from '../snaps/local-snaps';
import { channelRevision } from '../snaps/store';
import { storeError } from './store-errors';

/** Files of snaps: those on the device, and those in the store. */
export const DOWNLOAD_ROUTES: RouteTable = [
  ['/v2/snaps/{name}/file', { read: 'open', write: 'open', GET: getFile }],
  ['/v2/download', { read: 'authenticated', write: 'authenticated', POST: postDownload }],
  [
    '/v2/icons/{name}/icon',
    {
      read: {
        level: 'open',
        interfaces: ['desktop-launch', 'snap-interfaces-requests-control', 'snap-refresh-observe'],
      },
      write: 'open',
      GET: getIcon,
    },
  ],
];

const PIECE = new Uint8Array(64 * 1024);

/** Content of a snap that came from the simulated store: as many bytes as it is told to have, all zero. */
function* zeros(sizeBytes: number): Generator<Uint8Array> {
  for (let left = sizeBytes; left > 0; left -= PIECE.byteLength)
    yield PIECE.subarray(0, Math.min(left, PIECE.byteLength));
}

async function* inPieces(sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (const piece of zeros(sizeBytes)) yield await Promise.resolve(piece);
}

/** GET /v2/snaps/{name}/file */
function getFile(device: Device, request: ApiRequest): Reply {
  const name = request.params.name ?? '';
  const installed = device.snaps.get(name);
  if (!installed) throw snapNotFound(device, name);
  const local = device.parts.peek(LocalSnaps)?.get(name, installed.revision);
  const sizeBytes =
    local?.bytes.byteLength ?? device.store.snap(name)?.revisions.get(installed.revision)?.sizeBytes ?? 0;
  return {
    type: 'raw',
    contentType: 'application/vnd.snap',
    body: local?.bytes ?? inPieces(sizeBytes),
    headers: {
      'accept-ranges': 'bytes',
      'content-disposition': `attachment; filename=${name}_${revisionText(installed.revision)}.snap`,
      'content-length': String(sizeBytes),
      'last-modified': new Date(Number(installed.installedNs / 1_000_000n)).toUTCString(),
    },
  };
}

/** GET /v2/icons/{name}/icon: simulated snaps bring none. */
function getIcon(device: Device, request: ApiRequest): Reply {
  const name = request.params.name ?? '';
  if (!device.snaps.has(name)) throw snapNotFound(device, name);
  throw notFound('local snap has no icon', 'snap-not-found', name);
}

/** POST /v2/download: a snap of the store, whole or from where a `Range` goes on (§8.4). */
async function postDownload(device: Device, request: ApiRequest): Promise<Reply> {
  const { value: body, trailing } = decodeObjectStrictly(request, 'download operation');
  if (trailing) throw badRequest('extra content found after download operation');
  const name = stringField(body, 'snap-name');
  if (name === '') throw badRequest('download operation requires one snap name');
  const from = Number(/^\s*bytes=(\d+)-\s*$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const peek = booleanField(body, 'header-peek');
  const token = stringField(body, 'resume-token');
  if (peek && (from > 0 || token !== '')) throw badRequest('cannot request header-only peek when resuming');
  if (from > 0 && token === '') throw badRequest('cannot resume without a token');
  if (device.store.unreachable) {
    throw new ApiError(500, `cannot download snap: ${storeError(device, 'Post', 'snaps/refresh')}`);
  }
  const snap = device.store.snap(name);
  const asked = Number(stringField(body, 'revision')) || undefined;
  const revision = snap && (asked ?? channelRevision(snap, stringField(body, 'channel')));
  if (!snap || revision === undefined) throw notFound('snap not found', 'snap-not-found', name);
  const { sizeBytes } = storeInfo(snap, revision);
  return {
    type: 'raw',
    contentType: 'application/octet-stream',
    ...(from > 0 && { status: 206 }),
    body: peek ? '' : inPieces(sizeBytes - from),
    headers: {
      'content-disposition': `attachment; filename=${name}_${revision}.snap`,
      'snap-sha3-384': await digestOf(sizeBytes),
      'snap-length': String(sizeBytes),
      'snap-download-token': Buffer.from(`${name} ${revision}`).toString('base64'),
      ...(from > 0 && { 'content-range': `bytes ${from}-${sizeBytes - 1}/${sizeBytes}` }),
    },
  };
}

async function digestOf(sizeBytes: number): Promise<string> {
  const hash = createHash('sha3-384');
  for await (const piece of inPieces(sizeBytes)) hash.update(piece);
  return hash.digest('hex');
}
