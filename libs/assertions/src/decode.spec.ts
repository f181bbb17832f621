import { describeAssertion, identityOf, textOf } from './assertion';
import { decodeAssertion, decodeAssertions } from './decode';
import { mintAuthority } from './mint';

const root = mintAuthority('acme');
const bytes = (text: string) => Buffer.from(text);
const HEAD = `type: account\nauthority-id: acme\naccount-id: acme\ndisplay-name: Acme\nvalidation: verified`;
const SIGNED = `timestamp: 2024-01-01T00:00:00Z\nsign-key-sha3-384: ${root.keyId}`;

describe('a stream of assertions', () => {
  it('is taken apart, and each is kept byte for byte', () => {
    const assertions = decodeAssertions(bytes(`${root.account}\n${root.accountKey}\n\n\n${root.account}`));
    expect(assertions.map(textOf)).toEqual([root.account, root.accountKey, root.account]);
    expect(assertions.map(describeAssertion)).toEqual([
      'account (acme)',
      `account-key (${root.keyId})`,
      'account (acme)',
    ]);
  });

  it('may hold blank lines in a body', () => {
    const text = root.sign({ type: 'store', headers: storeHeaders, body: 'one\n\ntwo\n\n' });
    const [store, account] = decodeAssertions(bytes(`${text}\n${root.account}`));
    expect(store?.body?.toString()).toBe('one\n\ntwo\n\n');
    expect(account?.type).toBe('account');
  });

  it('is empty when there is nothing in it', () => {
    expect(decodeAssertions(bytes('\n\n'))).toEqual([]);
  });

  it('fills in what a key may leave out', () => {
    const text = root.sign({ type: 'snap-revision', headers: { 'snap-sha3-384': 'abc' } });
    expect(decodeAssertion(bytes(text)).primaryKey).toEqual(['abc', 'global-upload']);
    expect(describeAssertion(decodeAssertion(bytes(text)))).toBe('snap-revision (abc)');
  });

  it('names an assertion by all that identifies it', () => {
    const headers = { series: '16', 'account-id': 'acme', name: 'base', sequence: '3', snaps: [aSnap], timestamp };
    const assertion = decodeAssertion(bytes(root.sign({ type: 'validation-set', headers })));
    expect(describeAssertion(assertion)).toBe('validation-set (3; series:16 account-id:acme name:base)');
    expect(identityOf(assertion)).toBe('validation-set/16/acme/base/3');
  });

  it.each([
    ['headers alone', HEAD, 'assertion 1 of the stream: unexpected EOF'],
    ['no signature', `${HEAD}\n${SIGNED}\n\n`, 'assertion 1 of the stream (account (acme)): empty assertion signature'],
    [
      'a body that breaks off',
      `${HEAD}\nbody-length: 9\n${SIGNED}\n\nbody`,
      'assertion 1 of the stream (account (acme)): unexpected EOF',
    ],
    [
      'a body of another length',
      `${HEAD}\nbody-length: 3\n${SIGNED}\n\nbody\n\nc2ln`,
      'assertion 1 of the stream (account (acme)): missing content/signature separator',
    ],
    [
      'a body that is too long',
      `${HEAD}\nbody-length: 2097153\n${SIGNED}\n\nbody`,
      'assertion 1 of the stream (account (acme)): assertion body length 2097153 exceeds maximum body size',
    ],
    [
      'a negative length',
      `${HEAD}\nbody-length: -1\n${SIGNED}\n\nbody`,
      'assertion 1 of the stream (account (acme)): assertion body length -1 is negative',
    ],
    [
      'a length with zeros in front',
      `${HEAD}\nbody-length: 04\n${SIGNED}\n\nbody`,
      'assertion 1 of the stream (account (acme)): "body-length" header has invalid prefix zeros: 04',
    ],
    ['headers that never end', 'a'.repeat(131_073), 'assertion 1 of the stream: headers of more than 131072 bytes'],
    [
      'a signature that never ends',
      `${HEAD}\n${SIGNED}\n\n${'a'.repeat(131_073)}`,
      'assertion 1 of the stream (account (acme)): signature of more than 131072 bytes',
    ],
    [
      'a type that nobody knows',
      `type: secret\n${SIGNED}\n\nc2ln`,
      'assertion 1 of the stream (secret): unknown assertion type: "secret"',
    ],
    ['no type', `a: b\n${SIGNED}\n\nc2ln`, 'assertion 1 of the stream (without a type): "type" header is mandatory'],
    [
      'a type of a property that objects have',
      `type: constructor\n${SIGNED}\n\nc2ln`,
      'assertion 1 of the stream (constructor): unknown assertion type: "constructor"',
    ],
    [
      'no key',
      `${HEAD}\n\nc2ln`,
      'assertion 1 of the stream (account (acme)): "sign-key-sha3-384" header is mandatory',
    ],
    [
      'a short key',
      `${HEAD}\nsign-key-sha3-384: abcd\n\nc2ln`,
      'assertion 1 of the stream (account (acme)): "sign-key-sha3-384" header does not have the expected bit length: 24',
    ],
    [
      'no authority',
      `type: store\nstore: a\n${SIGNED}\n\nc2ln`,
      'assertion 1 of the stream (store (a)): "authority-id" header is mandatory',
    ],
    [
      'a slash in what identifies it',
      `type: store\nauthority-id: a\nstore: a/b\n${SIGNED}\n\nc2ln`,
      'assertion 1 of the stream (store (a/b)): "store" primary key header cannot contain \'/\'',
    ],
    [
      'a negative revision',
      `${HEAD}\nrevision: -1\n${SIGNED}\n\nc2ln`,
      'assertion 1 of the stream (account (acme)): revision should be positive: -1',
    ],
    [
      'a day that is none',
      `${HEAD}\ntimestamp: 2023-02-29T00:00:00Z\nsign-key-sha3-384: ${root.keyId}\n\nc2ln`,
      'assertion 1 of the stream (account (acme)): "timestamp" header is not a RFC3339 date: "2023-02-29T00:00:00Z"',
    ],
    [
      'a second one that is none',
      `${root.account}\ntype: account\n\nc2ln`,
      'assertion 2 of the stream (account): "sign-key-sha3-384" header is mandatory',
    ],
  ])('is refused with %s', (_, text, problem) => {
    expect(() => decodeAssertions(bytes(text))).toThrow(`cannot read ${problem}`);
  });

  it('is refused with more than 1000 of them', () => {
    const text = `${HEAD}\n${SIGNED}\n\nc2ln\n\n`.repeat(1001);
    expect(() => decodeAssertions(bytes(text))).toThrow(
      'cannot read assertion 1001 of the stream: at most 1000 are read',
    );
  });

  it('is read to the depth that its size allows', () => {
    const depth = 300;
    const lines = Array.from({ length: depth }, (_, at) => `${'  '.repeat(at)}a:`);
    const text = `${lines.join('\n')} end\n${SIGNED}\n\nc2ln`;
    expect(() => decodeAssertions(bytes(text))).toThrow('"type" header is mandatory');
  });
});

const timestamp = '2024-01-01T00:00:00Z';
const aSnap = { name: 'core22', id: 'a'.repeat(32) };
const storeHeaders = { store: 'acme-store', 'operator-id': 'acme', timestamp };
