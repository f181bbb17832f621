import { recordedSnap } from '@corefleet/testing/snapd-recordings';
import { Squashfs } from './squashfs';
import { parseYaml } from './yaml';

describe('Squashfs', () => {
  it('reads files and directories of a packed snap', () => {
    const image = new Squashfs(recordedSnap('lab-hello_1.snap'));
    expect(Buffer.from(image.readFile('bin/hello') ?? []).toString()).toContain('echo hello');
    expect(image.list('meta/hooks')).toEqual(['configure']);
    expect(image.readFile('bin')).toBeUndefined();
    expect(image.list('nowhere/at/all')).toEqual([]);
  });

  it.each([
    ['text', Buffer.from('hello'.repeat(30))],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s', (_what, bytes) => {
    expect(() => new Squashfs(bytes)).toThrow('cannot read squashfs: bad magic');
  });
});

describe('parseYaml', () => {
  it('reads the snap.yaml of a packed snap', () => {
    const text = Buffer.from(new Squashfs(recordedSnap('lab-hello_1.snap')).readFile('meta/snap.yaml') ?? []);
    expect(parseYaml(text.toString())).toMatchObject({
      name: 'lab-hello',
      version: '1',
      apps: {
        svc: { command: 'bin/svc', daemon: 'simple', plugs: ['network', 'network-bind'] },
        tick: { daemon: 'oneshot', timer: '00:00~24:00/48' },
      },
      hooks: { configure: { plugs: ['network'] } },
      slots: { 'lab-data': { interface: 'content', read: ['$SNAP/data'] } },
    });
  });

  it.each([
    ['a: 1 # one\nb: "x: y"\nc: ~', { a: 1, b: 'x: y', c: null }],
    ['a:\n- b\n- c: 1\n  d: 2\n-\n  - e\n', { a: ['b', { c: 1, d: 2 }, ['e']] }],
    ['text: |\n  one\n   two\n\nnext: yes', { text: 'one\n two', next: 'yes' }],
    ['folded: >\n  one\n  two\n', { folded: 'one two' }],
    ["a: {b: 'c, d', e: [1, f], g: {}}", { a: { b: 'c, d', e: [1, 'f'], g: {} } }],
    ['# only a comment\n', null],
    ['a:\n  - b: 1\n    c:\n      d: e\n  - plain words here\n', { a: [{ b: 1, c: { d: 'e' } }, 'plain words here'] }],
  ])('reads %j', (text, value) => expect(parseYaml(text)).toEqual(value));

  it('names the line that fits nothing', () => {
    expect(() => parseYaml('a: 1\nnonsense')).toThrow('cannot parse yaml: line "nonsense"');
  });
});
