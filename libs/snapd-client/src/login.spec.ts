import { SnapdClient } from './client';
import { macaroonAuthorization } from './login';
import { itCalls } from './testing/call-table';
import { FakeDaemon, sync } from './testing/fake-daemon';
import { unixSocketTransport } from './unix-socket-transport';

describe('users of the store', () => {
  itCalls([
    {
      call: (c) => c.login.login({ email: 'a@example.com', password: 'swordfish', otp: '123456' }),
      sends: 'POST /v2/login',
      json: { email: 'a@example.com', password: 'swordfish', otp: '123456' },
      gets: { id: 1, email: 'a@example.com', macaroon: 'm', discharges: ['d'] },
    },
    { call: (c) => c.login.logout(), sends: 'POST /v2/logout', json: {}, gets: null, returns: undefined },
  ]);
});

describe('users of the device', () => {
  itCalls([
    {
      call: (c) => c.users.createLegacy({ email: 'a@example.com', sudoer: true }),
      sends: 'POST /v2/create-user',
      json: { email: 'a@example.com', sudoer: true },
      gets: { username: 'a', 'ssh-keys': [] },
      returns: [{ username: 'a', 'ssh-keys': [] }],
    },
  ]);
});

describe('a client that acts as somebody', () => {
  it('says so with every request, read or write', async () => {
    const daemon = await FakeDaemon.start((_request, response) => sync(response, []));
    const authorization = macaroonAuthorization({ macaroon: 'm', discharges: ['d1', 'd2'] });
    const client = new SnapdClient(unixSocketTransport(daemon.socketPath), { authorization, allowInteraction: true });
    await client.snaps.list();
    await client.login.logout();
    for (const { headers } of daemon.seen) {
      expect(headers.authorization).toBe('Macaroon root="m", discharge="d1", discharge="d2"');
      expect(headers['x-allow-interaction']).toBe('true');
    }
    expect(daemon.seen).toHaveLength(2);
    client.close();
    await daemon.dispose();
  });
});
