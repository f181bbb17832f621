import { InvalidRequestError } from '@corefleet/platform/errors';
import { cursorAfter, entryOfCursor } from './audit-cursor';

describe('audit cursor', () => {
  it('gives back the entry it was made of', () => {
    expect(entryOfCursor(cursorAfter(9_007_199_254_740_993n))).toBe(9_007_199_254_740_993n);
  });

  it.each([
    '',
    'x',
    'MTIz=',
    Buffer.from('-1').toString('base64url'),
    Buffer.from('9'.repeat(19)).toString('base64url'),
  ])('refuses %j', (cursor) => {
    expect(() => entryOfCursor(cursor)).toThrow(InvalidRequestError);
  });
});
