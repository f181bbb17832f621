import { findRead, operations } from '../index';

const shown = (target: string): unknown => {
  const found = findRead(target);
  return found && [found.operation.name, found.parameters];
};

describe('a path of the API of snapd', () => {
  it.each<[string, string, object]>([
    ['/v2/snaps', 'read-snaps', {}],
    ['/v2/snaps?select=all&snaps=core22,app', 'read-snaps', { select: 'all', snaps: ['core22', 'app'] }],
    ['/v2/snaps?snaps=core22&snaps=app,pi', 'read-snaps', { snaps: ['core22', 'app', 'pi'] }],
    ['/v2/snaps/core22', 'read-snap', { name: 'core22' }],
    ['/v2/snaps/system/conf?keys=refresh.hold', 'read-configuration', { name: 'system', keys: ['refresh.hold'] }],
    ['/v2/snaps/core22/file', 'read-snap-file', { name: 'core22' }],
    ['/v2/snapshots/3/export', 'read-snapshot-export', { id: 3 }],
    ['/v2/changes/12', 'read-change', { id: '12' }],
    ['/v2/systems/lab%2D1', 'read-system', { label: 'lab-1' }],
    ['/v2/validation-sets/acme/base?sequence=3', 'read-validation-set', { account: 'acme', name: 'base', sequence: 3 }],
  ])('%s is a read', (target, name, parameters) => {
    expect(shown(target)).toEqual([name, parameters]);
  });

  it.each([
    '',
    '/',
    '/v2/snaps/',
    '/v2/nothing',
    '/v2/snaps/core22/conf/more',
    '/v2/snaps/%zz',
    '/v1/snaps',
    'v2/snaps',
  ])('%j is none', (target) => {
    expect(findRead(target)).toBeUndefined();
  });

  it.each([
    ['/v2/snaps?select=every', '"select": expected one of enabled, all, refresh-inhibited'],
    ['/v2/snaps?select=all&select=enabled', '"select": expected one of enabled, all, refresh-inhibited'],
    ['/v2/snaps?wings=2', 'unknown parameter "wings"'],
    ['/v2/changes?select=nope', '"select": select should be one of: all,in-progress,ready'],
    ['/v2/changes/-1', '"id": invalid change id'],
    ['/v2/validation-sets/acme/base?sequence=x', '"sequence": invalid sequence argument'],
    ['/v2/validation-sets/acme/base?sequence=0', '"sequence": invalid sequence argument: 0'],
    ['/v2/validation-sets/a/base', '"account": invalid account ID "a"'],
    ['/v2/systems/%2e%2e', '"label": invalid seed system label: ".."'],
    ['/v2/snaps/a%2Fb', '"name": invalid snap name: "a/b"'],
  ])('%s is refused with the parameter named', (target, problem) => {
    const { operation, parameters } = findRead(target)!;
    expect(operation.prepare(parameters)).toEqual({ kind: 'bad-parameters', problems: [problem] });
  });
});

it('gives each read a path of its own, whose placeholders are parameters it requires', () => {
  const reads = operations.filter(({ read }) => read);
  expect(new Set(reads.map(({ read }) => read?.path)).size).toBe(reads.length);
  for (const { name, risk, read, parameters } of reads) {
    expect([name, risk]).toEqual([expect.stringMatching(/^read-/), 'read']);
    const required = parameters.safeParse({}).error?.issues.map(({ path }) => path[0]) ?? [];
    for (const [, placeholder] of (read?.path ?? '').matchAll(/\{([^}]+)\}/g))
      expect([name, required]).toEqual([name, expect.arrayContaining([placeholder])]);
  }
});
