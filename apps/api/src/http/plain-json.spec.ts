import { InvalidRequestError } from '@corefleet/platform/errors';
import { requirePlainJson } from './plain-json';

describe('requirePlainJson', () => {
  it('takes what a request may hold', () => {
    expect(() => requirePlainJson({ a: [1, 'x', null, { b: true }] })).not.toThrow();
  });

  it.each([
    ['NUL in a text', { a: { b: ['x', '\u0000'] } }, 'a.b.1'],
    ['NUL in a key', { a: { '\u0000': 1 } }, 'a'],
    ['a bare NUL', '\u0000', 'body'],
    ['endless nesting', JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)), '0.0.0.0.0'],
  ])('refuses %s and says where', (_, value, field) => {
    const refusal = refusalOf(value);
    expect(refusal).toBeInstanceOf(InvalidRequestError);
    expect(refusal).toMatchObject({ problems: [{ field }] });
  });
});

function refusalOf(value: unknown): unknown {
  try {
    return requirePlainJson(value);
  } catch (error) {
    return error;
  }
}
