import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SnapdTransport } from '@corefleet/snapd-client';
import { realClock } from '../clock';
import { SimulatedSnapd } from '../simulated-snapd';
import { A_MODEL, A_SERIAL, aStore } from '../testing/a-device';
import { socketTransport } from '../testing/socket-transport';

interface Road {
  transport: SnapdTransport;
  close(): Promise<void>;
}

const inProcess = (snapd: SimulatedSnapd): Promise<Road> =>
  Promise.resolve({ transport: snapd.transport(), close: () => Promise.resolve() });

async function overSocket(snapd: SimulatedSnapd): Promise<Road> {
  const folder = await mkdtemp(join(tmpdir(), 'snapd-simulator-'));
  const socketPath = join(folder, 'snapd.socket');
  const server = await snapd.listen(socketPath);
  const close = async (): Promise<void> => {
    await server.close();
    await rm(folder, { recursive: true });
  };
  return { transport: socketTransport(socketPath), close };
}

describe.each([
  ['in process', inProcess],
  ['over a unix socket', overSocket],
])('a simulated snapd %s', (_name, connect) => {
  let snapd: SimulatedSnapd;
  let road: Road;

  beforeEach(async () => {
    const times = { graceMs: 20, rebootMs: 50, daemonRestartMs: 50 };
    const base = { store: aStore(), clock: realClock, model: A_MODEL, serial: A_SERIAL, snaps: [{ name: 'hello' }] };
    snapd = new SimulatedSnapd({ ...base, ...times });
    road = await connect(snapd);
  });

  afterEach(async () => {
    road.transport.close();
    await snapd.dispose();
    await road.close();
  });

  const get = async (path: string, timeoutMs?: number): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await road.transport.request({ method: 'GET', path, timeoutMs, dedicatedConnection: true });
    return { status: response.status, body: JSON.parse(await response.text()) as Record<string, unknown> };
  };

  const untilAnswered = async (): Promise<void> => {
    for (;;) {
      const up = await get('/v2/system-info').then(
        ({ body }) => body.maintenance === undefined,
        () => false,
      );
      if (up) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  it('answers requests with their bodies', async () => {
    const body = JSON.stringify({ action: 'refresh' });
    const headers = { 'Content-Type': 'application/json' };
    const response = await road.transport.request({ method: 'POST', path: '/v2/snaps', headers, body });
    expect(response.status).toBe(202);
    expect(response.headers['content-type']).toBe('application/json');
    expect(JSON.parse(await response.text())).toMatchObject({ type: 'async', change: '1' });
  });

  it('streams an answer', async () => {
    const response = await road.transport.request({ method: 'GET', path: '/v2/model' });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.stream()) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe(A_MODEL);
  });

  it('cancels a long-poll when the system restarts, is gone, and comes back with another boot id', async () => {
    const before = snapd.bootId();
    const polled = get('/v2/notices?timeout=60s');
    await get('/v2/system-info');
    snapd.reboot();
    expect(await polled).toMatchObject({ status: 500, body: { result: { message: 'request canceled' } } });
    await untilAnswered();
    expect(snapd.bootId()).not.toBe(before);
  });

  it('cuts connections when the daemon is killed', async () => {
    const polled = get('/v2/notices?timeout=60s');
    await get('/v2/system-info');
    snapd.restartDaemon({ abrupt: true });
    await expect(polled).rejects.toMatchObject({ code: 'snapd-unreachable', mayHaveReachedSnapd: true });
    await expect(get('/v2/system-info')).rejects.toMatchObject({ mayHaveReachedSnapd: false });
    await untilAnswered();
  });

  it('gives up a request at its time-out and at its signal', async () => {
    await expect(get('/v2/notices?timeout=60s', 30)).rejects.toMatchObject({ code: 'snapd-timeout' });
    const signal = AbortSignal.timeout(30);
    const path = '/v2/notices?timeout=60s';
    await expect(road.transport.request({ method: 'GET', path, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('refuses connections when told to', async () => {
    await snapd.refuseConnections();
    await expect(get('/v2/system-info')).rejects.toMatchObject({ mayHaveReachedSnapd: false });
    await snapd.refuseConnections(false);
    expect((await get('/v2/system-info')).status).toBe(200);
  });
});
