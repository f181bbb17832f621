import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webcrypto } from 'node:crypto';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: { type: string; data: Record<string, unknown>; sequence: string };
}

/** A receiver of webhooks as somebody else would write one: it answers as it is told, and keeps what it was sent. */
export class Receiver {
  readonly received: Received[] = [];
  /** Answers a message; 204 unless a test says otherwise. */
  answer: (response: ServerResponse, received: Received) => void = (response) => response.writeHead(204).end();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      void (async () => {
        let body = '';
        for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
        const received = { headers: request.headers, body, json: JSON.parse(body) as Received['json'] };
        this.received.push(received);
        this.answer(response, received);
      })();
    });
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  ids(): (string | string[] | undefined)[] {
    return this.received.map(({ headers }) => headers['webhook-id']);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** How many of a message's signatures are those of the secret, by Web Crypto: nothing of it is shared with what signs. */
export async function validSignatures({ headers, body }: Received, secret: string): Promise<number> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const raw = Uint8Array.from(atob(secret.replace('whsec_', '')), (char) => char.charCodeAt(0));
  const key = await webcrypto.subtle.importKey('raw', raw, algorithm, false, ['verify']);
  const signed = encoder.encode(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`);
  let valid = 0;
  for (const each of String(headers['webhook-signature']).split(' ')) {
    const [version, signature = ''] = each.split(',');
    const bytes = Uint8Array.from(atob(signature), (char) => char.charCodeAt(0));
    if (version === 'v1' && (await webcrypto.subtle.verify('HMAC', key, bytes, signed))) valid += 1;
  }
  return valid;
}
