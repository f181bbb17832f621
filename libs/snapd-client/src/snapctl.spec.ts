import { SnapctlClient } from './snapctl';
import { FakeDaemon, json, refused, sync, type Handler } from './testing/fake-daemon';
import { unixSocketTransport } from './unix-socket-transport';

let daemon: FakeDaemon;
let snapctl: SnapctlClient;
let handler: Handler;

beforeEach(async () => {
  daemon = await FakeDaemon.start((request, response) => handler(request, response));
  snapctl = new SnapctlClient(unixSocketTransport(daemon.socketPath));
});

afterEach(async () => {
  snapctl.close();
  await daemon.dispose();
});

describe('snapctl', () => {
  it('returns what the command printed', async () => {
    handler = (_request, response) => sync(response, { stdout: 'username\n', stderr: '' });
    const call = { args: ['get', 'name'], contextId: 'ABC', stdin: Buffer.from('hi') };
    expect(await snapctl.run(call)).toEqual({ stdout: 'username\n', stderr: '', 'exit-code': 0 });
    expect(daemon.seen[0]?.url).toBe('/v2/snapctl');
    expect(JSON.parse(daemon.seen[0]?.body ?? '')).toEqual({
      'context-id': 'ABC',
      args: ['get', 'name'],
      stdin: 'aGk=',
    });
  });

  it('returns the exit code of a command that failed', async () => {
    const value = { stdout: '', stderr: 'no\n', 'exit-code': 3 };
    const result = { message: 'unsuccessful with exit code: 3', kind: 'unsuccessful', value };
    handler = (_request, response) => json(response, 200, { type: 'error', 'status-code': 200, result });
    expect(await snapctl.run({ args: ['is-connected', 'x'] })).toEqual(value);
  });

  it('can start a change and not wait for it', async () => {
    handler = (_request, response) => sync(response, { stdout: '', stderr: '', 'change-id': '9' });
    expect(await snapctl.run({ args: ['install', '+c'], async: true })).toMatchObject({ 'change-id': '9' });
    expect(daemon.seen[0]?.headers['x-snapctl-features']).toBe('async');
  });

  it('is refused on the wrong socket', async () => {
    const denied = { message: 'access denied', kind: 'login-required' };
    handler = (_request, response) => refused(response, 403, denied);
    await expect(snapctl.run({ args: ['version'] })).rejects.toMatchObject({ status: 403, ...denied });
  });
});
