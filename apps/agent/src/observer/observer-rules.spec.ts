import { SnapdGarbageError, SnapdUnreachableError } from '@corefleet/snapd-client';
import { ChangeSnapshot } from '@corefleet/contracts/device-protocol';
import { aChange } from '../testing/tables';
import { CursorTrail } from './cursor-trail';
import { cut, fitChange } from './fit-change';
import { SnapdWatch } from './snapd-watch';

it('moves the cursor of notices over settled ones only', () => {
  const moved: string[] = [];
  const trail = new CursorTrail(({ after }) => moved.push(after));
  const [a, b, c] = ['1', '2', '3'].map((after) => trail.add({ after, id: after, type: 't', key: 'k' }));
  b?.();
  expect(moved).toEqual([]);
  a?.();
  expect(moved).toEqual(['2']);
  c?.();
  expect(moved).toEqual(['2', '3']);
});

it('makes any change fit the protocol', () => {
  const log = Array.from({ length: 10 }, () => 'x'.repeat(100_000));
  const task = { id: '1', kind: 'k', summary: 's', status: 'Error' as const, log };
  const fitted = fitChange(aChange({ err: 'e'.repeat(100_000), tasks: [task] }));
  expect(() => ChangeSnapshot.parse({ change: fitted })).not.toThrow();
  expect(fitted.tasks?.[0]).not.toHaveProperty('log');
  expect(JSON.stringify(fitted).length).toBeLessThan(300_000);
});

it('says that it cut', () => {
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('abcd', 4)).toBe('abcd');
});

it('tells each new state of snapd once', () => {
  const request = { method: 'GET', path: '/v2/changes' };
  const states: string[] = [];
  const watch = new SnapdWatch((state) => states.push(state));
  watch.reached();
  watch.failed(new SnapdUnreachableError(request, 'ENOENT', false));
  watch.failed(new SnapdUnreachableError(request, 'ENOENT', false));
  watch.failed(new SnapdGarbageError(request, 'nonsense'));
  watch.reached();
  expect(states).toEqual(['unreachable', 'garbage', 'reachable']);
});
