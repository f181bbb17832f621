import { isSampleOf, normal, normalHeaders, normalRoad } from './normal';

const task = (about: object) => ({ id: '7', kind: 'run-hook', status: 'Done', ...about });

describe('what the replay makes alike', () => {
  it.each([
    ['times', { at: '2026-11-20T14:10:50.4Z' }, { at: '2026-11-21T00:00:00Z' }],
    ['ids of tasks', { tasks: [task({})] }, { tasks: [task({ id: '300' })] }],
    ['the order of apps', { apps: ['svc', 'hello'] }, { apps: ['hello', 'svc'] }],
    [
      'the order of connections made one after the other',
      { tasks: [task({ kind: 'connect', summary: 'b' }), task({ kind: 'connect', summary: 'a' })] },
      { tasks: [task({ kind: 'connect', summary: 'a' }), task({ kind: 'connect', summary: 'b' })] },
    ],
    [
      "the lab's line in what a hook says",
      'run hook "configure": \n-----\n2026/11/20 14:11:36.9 system_key.go:295: running from x: ignoring system-key\nno\n-----',
      'run hook "configure": no',
    ],
  ])('is %s', (_what, recorded, simulated) => expect(normal(simulated)).toEqual(normal(recorded)));

  it.each([
    ['a status', { tasks: [task({})] }, { tasks: [task({ status: 'Error' })] }],
    ['a missing field', { id: 'x', name: 'y' }, { id: 'x' }],
    [
      'the order of tasks',
      { tasks: [task({ kind: 'a' }), task({ kind: 'b' })] },
      { tasks: [task({ kind: 'b' }), task({ kind: 'a' })] },
    ],
    ['a text of an error', { message: 'cannot find x' }, { message: 'cannot find y' }],
    ['the order of names', { 'snap-names': ['a', 'b'] }, { 'snap-names': ['b', 'a'] }],
    ['a line of a log', { log: ['2026-11-20T14:10:50Z INFO a'] }, { log: ['2026-11-20T14:10:50Z INFO b'] }],
    ['a field with a value of another type', { hold: 'x' }, { hold: 1 }],
  ])('is not %s', (_what, recorded, simulated) => expect(normal(simulated)).not.toEqual(normal(recorded)));

  it('keeps content types and counts among the headers', () => {
    const headers = { 'content-type': 'a', 'x-ubuntu-assertions-count': '2', 'content-length': '7' };
    expect(normalHeaders(headers)).toEqual({ 'content-type': 'a', 'x-ubuntu-assertions-count': '2' });
  });

  it('takes a road for a sample of a finer one only when its states come in that order', () => {
    const fine = normalRoad(['Do', 'Doing', 'Do', 'Doing', 'Undo', 'Undoing', 'Doing', 'Error']);
    expect(fine).toEqual(['Doing', 'Undoing', 'Doing', 'Error']);
    expect(isSampleOf(['Doing', 'Undoing', 'Error'], fine)).toBe(true);
    expect(isSampleOf(['Undoing', 'Doing', 'Undoing', 'Error'], fine)).toBe(false);
    expect(isSampleOf(['Doing', 'Done'], fine)).toBe(false);
  });
});
