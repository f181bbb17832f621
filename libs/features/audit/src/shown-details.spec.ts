import { shownDetails } from './shown-details';

it.each([
  [
    { operation: 'log-in', parameters: { email: 'a@b', password: 'x' }, devices: 2 },
    { email: 'a@b', password: '(hidden)' },
  ],
  [{ operation: 'refresh', parameters: { snaps: ['app'] } }, { snaps: ['app'] }],
  [{ operation: 'of-another-catalogue', parameters: { pin: '1' } }, '(hidden)'],
  [{ parameters: { pin: '1' } }, '(hidden)'],
])('of an order show no secrets: %j', (details, parameters) => {
  expect(shownDetails(details)).toEqual({ ...details, parameters });
});

it('show no secrets of the steps of a rollout', () => {
  const step = (password: string) => ({ operation: 'log-in', parameters: { email: 'a@b', password } });
  const details = (password: string) => ({ asked: { name: 'x', does: { steps: [step(password)] } } });
  expect(shownDetails(details('x'))).toEqual(details('(hidden)'));
});

it.each([[{ wave: 2 }], [null], ['text'], [{}], [[1, 'a']]])(
  'of anything else are shown as they are: %j',
  (details) => {
    expect(shownDetails(details)).toEqual(details);
  },
);
