import { aDevice } from '../testing/a-device';

const SYSTEM_USER = `type: system-user
authority-id: acme
brand-id: acme
email: ann@example.com
models:
  - acme-box
name: Ann
series:
  - 16
since: 2024-01-01T00:00:00Z
ssh-keys:
  - ssh-ed25519 AAAA ann
until: 2027-01-01T00:00:00Z
username: ann
sign-key-sha3-384: t5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7

AcLBcwQAAQoAHRYhBJ==
`;

describe('users', () => {
  it('are created from the store, listed and removed', async () => {
    const device = aDevice();
    const created = await device.post('/v2/users', { action: 'create', email: 'bob@example.com' });
    expect(created.body.result).toEqual([{ username: 'bob', 'ssh-keys': ['ssh-ed25519 simulated bob@example.com'] }]);
    expect(await device.read('/v2/users')).toEqual([{ id: 1, username: 'bob', email: 'bob@example.com' }]);
    const again = await device.post('/v2/users', { action: 'create', email: 'eve@example.com' });
    expect(again.body.result).toEqual({ message: 'cannot create user: device already managed' });
    const removed = await device.post('/v2/users', { action: 'remove', username: 'bob' });
    expect(removed.body.result).toEqual({ removed: [{ id: 1, username: 'bob', email: 'bob@example.com' }] });
  });

  it('are created from system-user assertions of the brand', async () => {
    const device = aDevice({ assertions: [SYSTEM_USER] });
    const created = await device.post('/v2/users', { action: 'create', known: true });
    expect(created.body.result).toEqual([{ username: 'ann', 'ssh-keys': ['ssh-ed25519 AAAA ann'] }]);
  });

  it('come alone, without a list, from the old endpoint', async () => {
    const { body } = await aDevice().post('/v2/create-user', { email: 'bob@example.com' });
    expect(body.result).toMatchObject({ username: 'bob' });
  });

  it('log in at the store and out again', async () => {
    const device = aDevice();
    const { macaroon } = (await device.post('/v2/login', { email: 'a@example.com', password: 'x' })).body.result as {
      macaroon: string;
    };
    const logout = (authorization: string) =>
      device.send({ method: 'POST', path: '/v2/logout', headers: { authorization } });
    expect((await logout('Macaroon root="wrong"')).body.result).toEqual({ message: 'not logged in' });
    expect((await logout(`Macaroon root="${macaroon}"`)).status).toBe(200);
    expect(await device.read('/v2/users')).toEqual([]);
  });

  it.each([
    [
      '/v2/users',
      { action: 'create', email: 'a@b.c', expiration: '2001-01-01T00:00:00Z' },
      'cannot create user: expiration date must be set in the future',
    ],
    ['/v2/users', { action: 'remove', username: 'no' }, 'user "no" is not known'],
    ['/v2/users', {}, 'missing user action'],
    ['/v2/login', { username: 'no' }, 'please use a valid email address.'],
  ])('are refused: %s %j', async (path, json, message) => {
    const { status, body } = await aDevice().post(path, json);
    expect({ status, result: body.result }).toMatchObject({ status: 400, result: { message } });
  });
});
