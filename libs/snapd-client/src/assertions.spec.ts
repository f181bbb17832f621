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
  const stream =
    (content: string, count: string): Handler =>
    (_request, response) => {
      const headers = {
        'content-type': 'application/x.ubuntu.assertion; bundle=y',
        'x-ubuntu-assertions-count': count,
      };
      response.writeHead(200, headers).end(content);
    };
  const raw = stream(text, '1');
  const streamed = async (): Promise<string[]> => {
    const texts: string[] = [];
    for await (const assertion of client.assertions.stream('model')) texts.push(assertion);
    return texts;
  };

  it('come as they are signed', async () => {
    handler = raw;
    expect(await client.model.assertion()).toBe(text);
    expect(await client.model.serial()).toBe(text);
    expect(daemon.seen.at(-1)?.url).toBe('/v2/model/serial');
    expect(await client.assertions.list('model', { remote: true })).toEqual({ text, texts: [text] });
    expect(daemon.seen.at(-1)?.url).toBe('/v2/assertions/model?remote=true');
  });

  it('come one by one', async () => {
    const both = `${text}\n${text.replace('16', '17')}`;
    handler = stream(both, '2');
    expect(await streamed()).toEqual([text, text.replace('16', '17')]);
    expect(daemon.seen.at(-1)?.url).toBe('/v2/assertions/model');
    expect(await client.assertions.list('model')).toEqual({ text: both, texts: [text, text.replace('16', '17')] });
    handler = stream('', '0');
    expect(await streamed()).toEqual([]);
  });

  it.each([
    ['fewer than announced', text, '2'],
    ['half of one', text.slice(0, 20), '1'],
  ])('that are %s are garbage', async (_what, content, count) => {
    handler = stream(content, count);
    await expect(client.assertions.list('model')).rejects.toBeInstanceOf(SnapdGarbageError);
    await expect(streamed()).rejects.toBeInstanceOf(SnapdGarbageError);
  });

  it('can be had as headers alone', async () => {
    handler = (_request, response) => sync(response, [{ headers: { type: 'account' } }]);
    const filter = { headers: { 'account-id': 'acme' }, headersOnly: true };
    expect(await client.assertions.listJson('account', filter)).toEqual([{ headers: { type: 'account' } }]);
    expect(daemon.seen[0]?.url).toBe('/v2/assertions/account?account-id=acme&json=headers');
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
