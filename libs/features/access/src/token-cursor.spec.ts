import { InvalidRequestError } from '@corefleet/platform/errors';
import { cursorAfter, tokenOfCursor } from './token-cursor';

describe('token cursor', () => {
  it('gives back the token it was made of', () => {
    const id = '0198c0de-0000-7000-8000-0123456789ab';
    expect(tokenOfCursor(cursorAfter(id))).toBe(id);
  });

  it.each(['', 'x', Buffer.alloc(15).toString('base64url'), Buffer.alloc(17).toString('base64url')])(
    'refuses %j',
    (cursor) => {
      expect(() => tokenOfCursor(cursor)).toThrow(InvalidRequestError);
    },
  );
});
