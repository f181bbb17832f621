import fc from 'fast-check';
import { encodeHeaders } from './encode-headers';
import { BrokenRuleError } from './errors';
import { parseHeaders } from './parse-headers';

const parse = (text: string) => parseHeaders(Buffer.from(text));

describe('the headers of an assertion', () => {
  it.each([
    ['a line', 'name: value', { name: 'value' }],
    ['an empty value', 'name: ', { name: '' }],
    ['a value that begins with a space', 'name:  value', { name: ' value' }],
    ['a value with colons', 'name: a: b', { name: 'a: b' }],
    ['text of several lines', 'name:\n    one\n\u0020   two', { name: 'one\ntwo' }],
    ['text with deeper lines', 'name:\n      one\n    two', { name: '  one\ntwo' }],
    ['a list', 'name:\n  - one\n  - two', { name: ['one', 'two'] }],
    ['a list of texts of several lines', 'name:\n  -\n      one\n      two', { name: ['one\ntwo'] }],
    ['a list of lists', 'name:\n  -\n    - one\n  - two', { name: [['one'], 'two'] }],
    ['a list of maps', 'name:\n  -\n    a: b\n    c: d\n  -\n    a: e', { name: [{ a: 'b', c: 'd' }, { a: 'e' }] }],
    ['a map', 'name:\n  a: b\n  c:\n    d: e', { name: { a: 'b', c: { d: 'e' } } }],
    ['a map with text of several lines', 'name:\n  a:\n      one\n      two', { name: { a: 'one\ntwo' } }],
    ['names of properties that objects have', 'constructor: a\nto-string: b', { constructor: 'a', 'to-string': 'b' }],
  ])('reads %s', (_, text, headers) => {
    expect(parse(text)).toEqual(headers);
  });

  it.each([
    ['no separator', 'name', `header entry missing ':' separator: "name"`],
    ['an empty line', 'a: b\n', `header entry missing ':' separator: ""`],
    ['a name with capitals', 'Name: a', 'invalid header name: "Name"'],
    ['a name with two dashes', 'a--b: a', 'invalid header name: "a--b"'],
    ['a mark of byte order', '\ufeffname: a', 'invalid header name: "\ufeffname"'],
    ['a name twice', 'a: b\na: c', 'repeated header: "a"'],
    ['a name twice that objects have', 'constructor: b\nconstructor: c', 'repeated header: "constructor"'],
    [
      'no space before the value',
      'a:b',
      'header entry should have a space or newline (for multiline) before value: "a:b"',
    ],
    ['nothing below', 'a:', 'expected 4 chars nesting prefix after multiline introduction "a:": EOF'],
    ['nothing deeper below', 'a:\nb: c', 'expected 4 chars nesting prefix after multiline introduction "a:": "b: c"'],
    ['text three spaces deep', 'a:\n   b', 'expected 4 chars nesting prefix after multiline introduction "a:": "   b"'],
    [
      'an item without its space',
      'a:\n  -b',
      'header entry should have a space or newline (for multiline) before value: "  -b"',
    ],
    ['an entry of a map without separator', 'a:\n  b', `map entry missing ':' separator: "b"`],
    ['a key twice', 'a:\n  b: c\n  b: d', 'repeated map entry: "b"'],
    ['a key with capitals', 'a:\n  B: c', 'invalid map entry key: "B"'],
    ['a map after a list', 'a:\n  - b\n  c: d', 'invalid header name: "  c"'],
  ])('refuses %s as snapd does', (_, text, reason) => {
    expect(() => parse(text)).toThrow(new BrokenRuleError(reason));
  });

  it('refuses what is no UTF-8', () => {
    expect(() => parseHeaders(Buffer.of(0x61, 0x3a, 0x20, 0xff))).toThrow('header is not utf8');
  });

  it('reads back whatever was written', () => {
    fc.assert(
      fc.property(headers(), (written) => {
        expect(parse(encodeHeaders(written, ['type'], []))).toEqual(written);
      }),
    );
  });
});

/** Whatever has a form: nothing empty but text. */
function headers(): fc.Arbitrary<Record<string, Value>> {
  const name = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,4}$/);
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
      fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 4 }),
    ),
  }));
  return fc.dictionary(name, value, { minKeys: 1, maxKeys: 6 });
}

type Value = string | Value[] | { [key: string]: Value };
