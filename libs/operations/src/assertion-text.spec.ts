import { lookupOf, parseAssertions } from './assertion-text';

const head = 'type: account\nauthority-id: acme\naccount-id: acme\ntimestamp: 2030-01-01T00:00:00Z';
const withBody = `${head}\nbody-length: 5\n\nab\n\nc\n\nc2ln\n`;
const nested = `${head}\nsnaps:\n  -\n    name: a\n    id: b\nnote:\n    two\n    lines\n\nc2ln`;

it.each([
  ['one', `${head}\n\nc2ln\n`, 1],
  ['two, one with a body that has a blank line', `${withBody}\n${head}\n\nc2ln\n`, 2],
  ['lists, maps and longer texts', nested, 1],
])('takes assertions apart: %s', (_what, text, count) => {
  const parsed = parseAssertions(text);
  expect(parsed).toMatchObject({ kind: 'assertions' });
  expect(parsed.kind === 'assertions' && parsed.assertions).toHaveLength(count);
});

it.each([
  ['', 'unexpected EOF'],
  ['garbage', 'unexpected EOF'],
  ['garbage\n\nx', `parsing assertion headers: header entry missing ':' separator: "garbage"`],
  ['Type: x\n\nx', 'parsing assertion headers: invalid header name: "Type"'],
  ['type: a\ntype: b\n\nx', 'parsing assertion headers: repeated header: "type"'],
  [
    'type:account\n\nx',
    'parsing assertion headers: header entry should have a space or newline (for multiline) before value: "type:account"',
  ],
  ['account-id: acme\n\nx', 'assertion: "type" header is mandatory'],
  ['type: account\n\nx', 'assertion: "authority-id" header is mandatory'],
  [`${head}\nbody-length: x\n\nx`, 'assertion: "body-length" header is not an integer: x'],
  [`${head}\nbody-length: 3000000\n\nx`, 'assertion body length 3000000 exceeds maximum body size'],
  [`${head}\nbody-length: 50\n\nshort\n\nsig`, 'unexpected EOF'],
  [`${head}\nbody-length: 2\n\nabc\n\nsig`, 'missing content/signature separator'],
  [`${head}\n\n\n`, 'empty assertion signature'],
])('says of %j what snapd would: %s', (text, problem) => {
  expect(parseAssertions(text)).toEqual({ kind: 'malformed', problem });
});

it('knows by which headers the device is asked for one', () => {
  expect(lookupOf({ type: 'account', 'account-id': 'acme', 'authority-id': 'x' })).toEqual({ 'account-id': 'acme' });
  expect(lookupOf({ type: 'model', 'brand-id': 'acme', model: 'edge' })).toEqual({
    series: '16',
    'brand-id': 'acme',
    model: 'edge',
  });
});
