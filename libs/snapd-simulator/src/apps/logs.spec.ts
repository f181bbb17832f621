import { aDevice } from '../testing/a-device';

const DECODER = new TextDecoder();

describe('followed logs', () => {
  it('go on with a line a second until the reader leaves', async () => {
    const device = aDevice();
    const transport = device.snapd.transport();
    const leave = new AbortController();
    const request = { method: 'GET', path: '/v2/logs?n=1&follow=true', signal: leave.signal } as const;
    const pieces = (await transport.request(request)).stream()[Symbol.asyncIterator]();
    expect(DECODER.decode((await pieces.next()).value as Uint8Array)).toContain('line 1');
    const next = pieces.next();
    await device.clock.advance(1000);
    expect(DECODER.decode((await next).value as Uint8Array)).toContain('line 2');
    const last = pieces.next();
    leave.abort(new Error('enough'));
    await expect(last).rejects.toThrow('enough');
    await device.clock.advance(0);
    expect(device.clock.pendingTimers()).toBe(0);
    transport.close();
  });

  it('end when the daemon stops', async () => {
    const device = aDevice();
    const transport = device.snapd.transport();
    const pieces = (await transport.request({ method: 'GET', path: '/v2/logs?n=1&follow=true' })).stream();
    const texts: string[] = [];
    const reading = (async () => {
      for await (const piece of pieces) texts.push(DECODER.decode(piece));
    })();
    await device.clock.advance(1500);
    device.snapd.restartDaemon();
    await reading;
    expect(texts).toHaveLength(2);
    transport.close();
  });
});
