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

it.each([[{ wave: 2 }], [null], ['text'], [{}]])('of anything else are shown as they are: %j', (details) => {
  expect(shownDetails(details)).toBe(details);
});
