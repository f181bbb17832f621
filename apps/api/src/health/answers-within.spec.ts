import { answersWithin } from './answers-within';

describe('answersWithin', () => {
  it.each([
    ['an answer', Promise.resolve('PONG'), true],
    ['an error', Promise.reject(new Error('away')), false],
    ['silence', new Promise(() => undefined), false],
  ])('takes %s for what it is', async (_, question, expected) => {
    expect(await answersWithin(question, 5)).toBe(expected);
  });
});
