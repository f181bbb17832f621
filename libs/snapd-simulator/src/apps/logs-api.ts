import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import { formatTime } from '../go-time';
import { goJson, quote } from '../go-text';
import { badRequest, type Reply } from '../http/envelope';
import { queryList, type ApiRequest } from '../http/request';
import type { RouteTable } from '../http/routes';
import { servicesNamed } from './apps-api';

export const LOG_ROUTES: RouteTable = [['/v2/logs', { read: 'authenticated', write: 'authenticated', GET: getLogs }]];

const DEFAULT_LINES = 10;
const KEPT_LINES = 100;
const FOLLOW_EVERY_MS = 1000;

/** GET /v2/logs: a record per line; services here say their name and count (§8.4). */
function getLogs(device: Device, request: ApiRequest): Reply {
  const lines = linesAsked(device, request.query.get('n'));
  const follow = booleanAsked(request.query.get('follow'));
  const services = servicesNamed(device, queryList(request, 'names')).map(
    ({ installed, app }) => `${installed.name}.${app.name}`,
  );
  const count = lines < 0 ? KEPT_LINES : Math.min(lines, KEPT_LINES);
  const past = services.flatMap((sid) => Array.from({ length: count }, (_, at) => record(device, sid, at + 1)));
  const contentType = 'application/json-seq';
  if (!follow) return { type: 'raw', contentType, body: past.join('') };
  return { type: 'raw', contentType, body: followed(device, request, { past, services, from: count }) };
}

function record(device: Device, sid: string, line: number): string {
  const message = `snap.${sid}.service line ${line}`;
  return `\u001e${goJson({ timestamp: formatTime(device.clock.nowNs()), message, sid, pid: '1' })}\n`;
}

/** What there is, then a line of each service every second, until the reader leaves or the daemon stops. */
async function* followed(
  device: Device,
  request: ApiRequest,
  { past, services, from }: { past: readonly string[]; services: readonly string[]; from: number },
): AsyncGenerator<Uint8Array> {
  let ended = false;
  let wake: () => void = () => undefined;
  const end = (): void => {
    ended = true;
    wake();
  };
  request.onGone(end);
  const stopListening = device.power.onStopping(end);
  try {
    if (past.length > 0) yield Buffer.from(past.join(''));
    for (let line = from + 1; !ended; line++) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        const cancel = device.clock.setTimer(FOLLOW_EVERY_MS, resolve);
        wake = () => {
          cancel();
          resolve();
        };
      });
      if (!ended) yield Buffer.from(services.map((sid) => record(device, sid, line)).join(''));
    }
  } finally {
    stopListening();
  }
}

function linesAsked(device: Device, text: string | null): number {
  if (text === null || text === '') return DEFAULT_LINES;
  if (!/^[+-]?\d+$/.test(text)) {
    throw badRequest(`invalid value for n: ${quote(text)}: strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  }
  const lines = Number(text);
  if (lines === 0 && isBefore(device, '2.75')) return 0;
  if (lines <= 0 && lines !== -1) throw badRequest(`invalid value for n: ${lines}`);
  return lines;
}

function booleanAsked(text: string | null): boolean {
  if (text === null || text === '') return false;
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw badRequest(
    `invalid value for follow: ${quote(text)}: strconv.ParseBool: parsing ${quote(text)}: invalid syntax`,
  );
}
