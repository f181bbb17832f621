import type { ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const ROUNDS = 2;
const LISTENS_WITHIN_MS = 10_000;

/** A port for the inspector of one process. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Options of Node with which a process opens its inspector when it is asked to, and not before. */
export const inspectable = (port: number): string[] => [
  `--inspect-port=127.0.0.1:${port}`,
  '--inspect-publish-uid=http',
];

/** Has a process that was started `inspectable` collect its garbage, through the inspector: it runs no code of ours for that. */
export async function collectGarbage(child: ChildProcess, port: number): Promise<void> {
  child.kill('SIGUSR1');
  const socket = new WebSocket(await inspectorUrl(port));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  for (let id = 1; id <= ROUNDS; id += 1) {
    const answered = new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    await answered;
  }
  socket.terminate();
}

async function inspectorUrl(port: number): Promise<string> {
  const until = Date.now() + LISTENS_WITHIN_MS;
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
      const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[];
      if (target) return target.webSocketDebuggerUrl;
    } catch (error) {
      if (Date.now() > until) throw new Error('cannot measure: no inspector listens', { cause: error });
    }
    await sleep(50);
  }
}
