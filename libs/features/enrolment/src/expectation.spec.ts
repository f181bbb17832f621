import { expectationOf } from './expectation';

const now = new Date('2026-01-01T12:00:00Z');
const at = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const order = (id: string, acceptedMinutesAgo: number) => ({
  id,
  acceptedAt: at(-acceptedMinutesAgo),
  deadlineSeconds: 3600,
});

it.each([
  ['nobody', null, [], undefined],
  ['a person', at(1), [], { kind: 'allowed' }],
  ['a person until before now', at(-1), [], undefined],
  ['a person until now', now, [], undefined],
  ['an order', null, [order('c', 59)], { kind: 'ordered', commandId: 'c' }],
  ['an order past its deadline', null, [order('c', 60)], undefined],
  [
    'the first of two orders that is in time',
    null,
    [order('old', 61), order('c', 5)],
    { kind: 'ordered', commandId: 'c' },
  ],
  [
    'an order and a person: the order, which has succeeded then',
    at(1),
    [order('c', 5)],
    { kind: 'ordered', commandId: 'c' },
  ],
])('another key is expected by %s', (_who, reEnrolUntil, orders, expected) => {
  expect(expectationOf({ reEnrolUntil }, orders, now)).toEqual(expected);
});
