import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Balancer {
  /** http address of the balancer. */
  readonly url: string;
  /** Adds a copy behind it. */
  add(url: string): void;
  remove(url: string): void;
  close(): Promise<void>;
}

/**
 * A TCP load balancer for copies of one process: takes them in turn, and goes on to the next when one refuses.
 * A connection stays where it was made, so whoever is killed takes its connections along.
 */
export function startBalancer(): Promise<Balancer> {
  const targets: URL[] = [];
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    open.add(client.on('close', () => open.delete(client)));
    client.on('error', () => client.destroy());
    forward(client, targets, turn++, targets.length);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        add: (url) => targets.push(new URL(url)),
        remove: (url) =>
          void targets.splice(
            targets.findIndex(({ href }) => href === new URL(url).href),
            1,
          ),
        close: () => {
          for (const socket of open) socket.destroy();
          return new Promise((closed) => server.close(() => closed()));
        },
      });
    });
  });
}

function forward(client: Socket, targets: readonly URL[], turn: number, tries: number): void {
  const target = targets[turn % Math.max(1, targets.length)];
  if (!target || tries === 0) {
    client.destroy();
    return;
  }
  const upstream = connect(Number(target.port), target.hostname);
  let connected = false;
  upstream.once('connect', () => {
    connected = true;
    client.pipe(upstream).pipe(client);
  });
  upstream.on('error', () => {
    if (connected) client.destroy();
    else forward(client, targets, turn + 1, tries - 1);
  });
  upstream.on('close', () => connected && client.destroy());
  client.on('close', () => upstream.destroy());
}
