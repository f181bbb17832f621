import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { LinkSocket } from './link-socket';

it('keeps nothing of a frame that was read, and reads the next ones', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const links = new WebSocketServer<typeof LinkSocket>({ server, perMessageDeflate: false, WebSocket: LinkSocket });
  const heard: string[] = [];
  const kept: unknown[] = [];
  const opened = once(links, 'connection') as Promise<[LinkSocket]>;
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = await opened;
  const receiver = Reflect.get(socket, '_receiver') as { _mask: unknown };
  socket.on('message', (data: Buffer) => {
    kept.push(receiver._mask);
    socket.forgetFrame();
    kept.push(receiver._mask);
    heard.push(data.toString());
  });
  client.on('open', () => ['one', 'two', 'three'].forEach((text) => client.send(text)));
  while (heard.length < 3) await once(socket, 'message');
  expect(heard).toEqual(['one', 'two', 'three']);
  expect(kept.map((mask) => mask !== undefined)).toEqual([true, false, true, false, true, false]);
  client.terminate();
  links.close();
  server.close();
});
