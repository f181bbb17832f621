import { higherChangeId } from './change-id';

it('orders change ids as numbers', () => {
  expect(['10', '9', '11'].reduce(higherChangeId, '0')).toBe('11');
});
