import { SnapdClient } from './client';
import { SnapdGarbageError } from './errors';
import { FakeDaemon, refused, sync, type Handler } from './testing/fake-daemon';
import { unixSocketTransport } from './unix-socket-transport';

let daemon: FakeDaemon;
let client: SnapdClient;
let handler: Handler;

beforeEach(async () => {
  daemon = await FakeDaemon.start((request, response) => handler(request, response));
  client = new SnapdClient(unixSocketTransport(daemon.socketPath));
});

afterEach(async () => {
  client.close();
  await daemon.dispose();
});

describe('assertions', () => {
  const text = 'type: model\nseries: 16\n\nAcLBXAQAAQoABgUCWYuXiAAKCRAdLQyY\n';
  const raw: Handler = (_request, response) => {
    const headers = { 'content-type': 'application/x.ubuntu.assertion; bundle=y', 'x-ubuntu-assertions-count': '1' };
    response.writeHead(200, headers).end(text);
  };

  it('come as they are signed', async () => {
    handler = raw;
    expect(await client.model.assertion()).toBe(text);
    expect(await client.model.serial()).toBe(text);
    expect(daemon.seen.at(-1)?.url).toBe('/v2/model/serial');
    expect(await client.assertions.list('model', { remote: true })).toEqual({ text, count: 1 });
    expect(daemon.seen.at(-1)?.url).toBe('/v2/assertions/model?remote=true');
  });

  it('that are missing are a refusal with its kind', async () => {
    const missing = { message: 'no serial assertion yet', kind: 'assertion-not-found', value: 'serial' };
    handler = (_request, response) => refused(response, 404, missing);
    await expect(client.model.serial()).rejects.toMatchObject({ status: 404, ...missing });
  });

  it('are not taken from an answer of another type', async () => {
    handler = (_request, response) => sync(response, 'type: model');
    await expect(client.model.assertion()).rejects.toBeInstanceOf(SnapdGarbageError);
  });

  it('are added as text', async () => {
    handler = (_request, response) => sync(response, null);
    await client.assertions.add(text);
    expect(daemon.seen[0]).toMatchObject({ method: 'POST', url: '/v2/assertions', body: text });
    expect(daemon.seen[0]?.headers['content-type']).toBe('application/x.ubuntu.assertion');
  });
});
