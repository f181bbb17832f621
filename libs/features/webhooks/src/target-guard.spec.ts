import { promisify } from 'node:util';
import { isNetwork, TargetGuard } from './target-guard';

const guard = new TargetGuard([]);

it.each([
  ...[
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
  ],
  ...['198.18.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:a00:1'],
  ...['fe80::1', 'fd00::1', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::'],
])('refuses %s', (address) => {
  expect(guard.mayReach(address)).toBe(false);
});

it.each(['192.0.2.1', '8.8.8.8', '172.32.0.1', '2a00:1450:4001::1', '::ffff:8.8.8.8'])(
  'lets %s be reached',
  (address) => {
    expect(guard.mayReach(address)).toBe(true);
  },
);

it.each([
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://017700000001/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
])('refuses the URL %s before it connects', (url) => {
  expect(() => guard.requireHost(new URL(url).hostname)).toThrow(
    /^cannot send to .*: it is private, local or reserved/,
  );
});

it('lets be reached what the configuration names, and nothing beside it', () => {
  const opened = new TargetGuard(['10.1.0.0/16', '::1']);
  expect(['10.1.2.3', '::1', '10.2.0.1', '127.0.0.1'].map((each) => opened.mayReach(each))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it('refuses a name when it is resolved to a refused address, and gives others on', async () => {
  const resolve = (guarded: TargetGuard) =>
    promisify(guarded.lookup as never) as (name: string, options: object) => Promise<unknown>;
  await expect(resolve(guard)('localhost', {})).rejects.toThrow('cannot send to');
  const opened = resolve(new TargetGuard(['127.0.0.0/8', '::1']));
  await expect(opened('localhost', { all: true })).resolves.toEqual(expect.arrayContaining([expect.anything()]));
});

it.each([
  ['127.0.0.1', true],
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0', false],
  ['localhost', false],
  ['::1/129', false],
  ['10.0.0.0/', false],
])('knows whether %s is a network: %s', (text, is) => {
  expect(isNetwork(text)).toBe(is);
});
