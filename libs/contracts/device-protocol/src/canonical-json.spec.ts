import { canonicalJson } from './canonical-json';

describe('canonicalJson', () => {
  it('sorts keys at every depth and writes no white space', () => {
    expect(canonicalJson({ b: [{ z: 1, a: 'ü' }], a: null })).toBe('{"a":null,"b":[{"a":"ü","z":1}]}');
  });

  it('leaves out members that are undefined', () => {
    expect(canonicalJson({ a: undefined, b: true })).toBe('{"b":true}');
  });

  it.each([[Number.NaN], [Infinity], [10n], [[undefined]]])('refuses %p', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
