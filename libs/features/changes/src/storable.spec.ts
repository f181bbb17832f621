import { storableJson, storableText } from './storable';

describe('storableText', () => {
  it.each([
    ['plain', 'plain'],
    ['a\u0000b', 'a\uFFFDb'],
    ['half \ud83d', 'half \uFFFD'],
    ['whole 😀', 'whole 😀'],
  ])('makes %j into %j', (text, storable) => {
    expect(storableText(text)).toBe(storable);
  });
});

describe('storableJson', () => {
  it.each([
    [{ log: ['a\u0000b'] }, '{"log":["a\uFFFDb"]}'],
    [{ 'k\u0000': { deep: '\udc00' } }, '{"k\uFFFD":{"deep":"\uFFFD"}}'],
    [{ path: '\\u0000 as text' }, '{"path":"\\\\u0000 as text"}'],
    [{ fine: '😀' }, '{"fine":"😀"}'],
    [undefined, null],
    [null, 'null'],
  ])('writes %j as %s', (value, text) => {
    expect(storableJson(value)).toBe(text);
  });

  it('throws RangeError for what is nested too deeply', () => {
    expect(() => storableJson(JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`))).toThrow(RangeError);
  });
});
