import { aDevice, A_MODEL, A_SERIAL } from '../testing/a-device';

describe('the API as a whole', () => {
  it('wraps a sync answer (§10.1)', async () => {
    const { headers, body } = await aDevice().get('/v2/quotas');
    expect(headers['content-type']).toBe('application/json');
    expect(body).toEqual({ type: 'sync', 'status-code': 200, status: 'OK', result: [] });
  });

  it.each([
    ['GET', '/v2/nope', 404, 'Not Found', 'not found'], // §10.3
    ['GET', '/v2/snaps/', 404, 'Not Found', 'not found'],
    ['DELETE', '/v2/snaps', 405, 'Method Not Allowed', 'method "DELETE" not allowed'], // §10.4
    ['PUT', '/v2/snaps', 405, 'Method Not Allowed', 'method "PUT" not allowed'],
  ] as const)(
    'answers %s %s with %d, without maintenance even amid a restart',
    async (method, path, code, status, message) => {
      const device = aDevice({ graceMs: 1000 });
      device.snapd.reboot();
      expect((await device.call(method, path)).body).toEqual({
        type: 'error',
        'status-code': code,
        status,
        result: { message },
      });
    },
  );

  it.each([
    ['/v2/validation-sets', 401],
    ['/v2/systems/factory', 403],
    ['/v2/changes', 200],
  ])('lets an ordinary user at %s have %d (§10.5)', async (path, status) => {
    const answer = await aDevice().call('GET', path, undefined, 1000);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(answer.body.result).toEqual({ message: 'access denied', kind: 'login-required' });
  });

  it('tells of pending warnings until they are okayed, though not in errors (§10.8)', async () => {
    const device = aDevice();
    device.snapd.addWarning('careful');
    const { body } = await device.get('/v2/quotas');
    expect(body).toMatchObject({ 'warning-count': 1, 'warning-timestamp': expect.any(String) as string });
    expect((await device.get('/v2/changes/9')).body).not.toHaveProperty('warning-count');
    await device.post('/v2/warnings', { action: 'okay', timestamp: body['warning-timestamp'] });
    expect((await device.get('/v2/quotas')).body).not.toHaveProperty('warning-count');
  });

  it('serves model and serial as text and as headers (§10.39)', async () => {
    const device = aDevice();
    const model = await device.get('/v2/model');
    expect(model.text).toBe(A_MODEL);
    expect(model.headers).toMatchObject({
      'content-type': 'application/x.ubuntu.assertion',
      'x-ubuntu-assertions-count': '1',
    });
    expect((await device.get('/v2/model/serial')).text).toBe(A_SERIAL);
    const { headers } = await device.read<{ headers: Record<string, unknown> }>('/v2/model?json=true');
    expect(headers).toMatchObject({
      model: 'acme-box',
      'serial-authority': ['generic', 'acme'],
      snaps: [{ name: 'pc-kernel', type: 'kernel' }, { name: 'core24' }],
    });
    const serial = await device.read<{ headers: Record<string, unknown> }>('/v2/model/serial?json=headers');
    expect(serial.headers).toMatchObject({ serial: '0001', 'device-key': 'AcbBTQRWhcGAARAA\ndmbeR25hdGgJuxBU' });
  });

  it('has no serial before it is registered (§10.39)', async () => {
    expect((await aDevice({ serial: undefined }).get('/v2/model/serial')).body).toMatchObject({
      'status-code': 404,
      result: { message: 'no serial assertion yet', kind: 'assertion-not-found', value: 'serial' },
    });
  });

  it('says what is no time', async () => {
    const { body } = await aDevice().post('/v2/warnings', { action: 'okay', timestamp: 'x' });
    expect(body.result).toEqual({
      message:
        'cannot decode request body into warnings operation: ' +
        'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
    });
  });

  it('refuses a path with wrong escapes, and looks for routes in the decoded one', async () => {
    expect(await aDevice().get('/v2/snaps/%zz')).toMatchObject({ status: 400, text: '400 Bad Request' });
    expect((await aDevice().get('/v2/snaps/a%2Fb')).body.result).toEqual({ message: 'not found' });
  });

  it('escapes as Go does', async () => {
    expect((await aDevice().get('/v2/changes/%3Cb%3E')).text).toContain('\\u003cb\\u003e');
  });

  it.each([
    ['', 'EOF'],
    ['{"action":', 'unexpected EOF'],
    ['hello', "invalid character 'h' looking for beginning of value"],
    ['nonsense', "invalid character 'o' in literal null (expecting 'u')"],
    ['{x', "invalid character 'x' looking for beginning of object key string"],
    ['{"a":1 b}', "invalid character 'b' after object key:value pair"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['[1 2]', "invalid character '2' after array element"],
  ])('says what is wrong with the body %j', async (body, why) => {
    const transport = aDevice().snapd.transport();
    const headers = { 'content-type': 'application/json' };
    const response = await transport.request({ method: 'POST', path: '/v2/snaps', headers, body });
    expect(JSON.parse(await response.text())).toMatchObject({
      result: { message: `cannot decode request body into snap instruction: ${why}` },
    });
  });

  it('gives garbage the asked number of times, having done what was asked', async () => {
    const device = aDevice();
    device.snapd.injectGarbage(1);
    const transport = device.snapd.transport();
    const response = await transport.request({ method: 'GET', path: '/v2/snaps' });
    expect(await response.text()).not.toMatch(/^\{"type":"sync".*\}$/);
    expect((await device.get('/v2/snaps')).status).toBe(200);
  });

  it('holds thousands of devices at rest without a timer', () => {
    const { store, clock } = aDevice();
    const devices = Array.from({ length: 2000 }, () => aDevice({ store, clock }));
    expect(devices.every((device) => device.clock.pendingTimers() === 0)).toBe(true);
  });
});
