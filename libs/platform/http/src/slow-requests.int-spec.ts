import { createServer, request as httpRequest, Agent, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { boundBody, closeUnread } from './slow-requests';

let server: Server;

afterEach(
  () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
);

/** @returns its port */
async function listening(handler: Parameters<typeof createServer>[1]): Promise<number> {
  server = createServer({ requestTimeout: 0 }, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends a text, and what is answered until the connection is closed. */
function closedAfter(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let heard = '';
    socket.on('data', (piece) => (heard += String(piece)));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

const HEAD = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n';

it('cuts the connection of a body that does not come in time', async () => {
  const port = await listening((request) => boundBody(request, 20));
  expect(await closedAfter(port, `${HEAD}a`)).toBe('');
});

it('answers before a body was read, and does not take the rest of it', async () => {
  const port = await listening((request, response) => {
    closeUnread(request, response);
    response.writeHead(413).end('no');
  });
  expect(await closedAfter(port, `${HEAD}a`)).toContain('413');
});

it('keeps the connection of a body that was sent all the same', async () => {
  const ports: (number | undefined)[] = [];
  const port = await listening((request, response) => {
    closeUnread(request, response);
    ports.push(request.socket.remotePort);
    response.writeHead(413).end('no');
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = 0; n < 2; n += 1)
    await new Promise((resolve, reject) => {
      const sending = httpRequest({ port, method: 'POST', agent }, (answer) => answer.resume().on('end', resolve));
      sending.on('error', reject).end(Buffer.alloc(3_000_000));
    });
  agent.destroy();
  expect(ports[1]).toBe(ports[0]);
});
