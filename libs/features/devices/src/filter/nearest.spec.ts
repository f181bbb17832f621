import { nearest } from './nearest';

it.each([
  ['modle', ['model', 'mode', 'serial'], 'model'],
  ['Serial', ['serial'], 'serial'],
  ['sequnce', ['mode', 'sequence'], 'sequence'],
  ['colour', ['model', 'serial', 'created'], undefined],
  ['', ['model'], undefined],
])('nearest(%p, %p) is %p', (word, names, expected) => {
  expect(nearest(word, names)).toBe(expected);
});
