import fc from 'fast-check';
import { describeAssertion, textOf } from './assertion';
import { decodeAssertion, decodeAssertions } from './decode';
import { AssertionError } from './errors';
import type { HeaderValue } from './headers';
import { trustIn } from './trust';
import { verifyAssertions, type VerifyContext } from './verify';
import { mintAuthority, mintBrand } from './mint';

const acme = mintBrand('acme');
const other = mintBrand('other', acme.root);
const stranger = mintBrand('stranger');
const trust = trustIn(`${acme.root.account}\n${acme.root.accountKey}`);
const now = new Date('2026-01-01T00:00:00Z');
const core22 = { name: 'core22', id: 'a'.repeat(32), presence: 'required', revision: '7' };
const set = acme.validationSet({ name: 'base', sequence: 1, snaps: [core22] });

function verdicts(stream: string, context: Partial<VerifyContext> = {}) {
  const { verified, refused } = verifyAssertions(decodeAssertions(Buffer.from(stream)), { trust, now, ...context });
  return {
    verified: verified.map(({ type }) => type),
    refused: refused.map(({ assertion, kind, reason }) => `${assertion.type} ${kind}: ${reason}`),
  };
}

const signedBy = (by: typeof acme, type: string, headers: Record<string, HeaderValue>, body?: string): string =>
  by.sign({ type, headers, ...(body !== undefined && { body }) });

describe('verifying assertions', () => {
  it('believes a chain in whatever order it comes', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([set, acme.account, acme.accountKey], { minLength: 3 }), (texts) => {
        expect(verdicts(texts.join('\n'))).toEqual({
          verified: ['account', 'account-key', 'validation-set'],
          refused: [],
        });
      }),
    );
  });

  it('believes what is vouched for by what is known, and verifies that as well', () => {
    const known = decodeAssertions(Buffer.from(acme.chain));
    expect(verdicts(set, { known })).toEqual({ verified: ['validation-set'], refused: [] });
    expect(verdicts(set, { known, trust: trustIn(stranger.root.account) }).refused).toEqual([
      expect.stringMatching(
        /^validation-set unknown-signer: its key, account-key \(.*\), is not verified: no matching public key/,
      ),
    ]);
  });

  it('believes nobody who vouches for himself', () => {
    const { verified, refused } = verdicts(`${stranger.root.account}\n${stranger.root.accountKey}`);
    expect(verified).toEqual([]);
    expect(refused[1]).toMatch(
      /^account-key unknown-signer: its key, account-key \(.*\), is not verified: it is vouched for by itself alone/,
    );
  });

  it('takes the newest revision of a key, so that one can be withdrawn', () => {
    const withdrawn = acme.root.sign({
      type: 'account-key',
      headers: { ...keyHeaders(acme), revision: '1', until: '2025-01-01T00:00:00Z' },
      body: bodyOf(acme.accountKey),
    });
    expect(verdicts(`${acme.chain}\n${withdrawn}\n${set}`).refused).toEqual([
      expect.stringContaining('but key is valid during [2024-01-01T00:00:00.000Z, 2025-01-01T00:00:00.000Z)'),
    ]);
  });

  it.each([
    [
      'a key that nobody knows',
      () => set,
      /^validation-set unknown-signer: no matching public key ".*" for signature by "acme"$/,
    ],
    [
      'the key of someone else',
      () => signedBy(other, 'validation-set', { ...setHeaders, 'authority-id': 'acme' }),
      /^validation-set unknown-signer: found public key ".*" from "other" but expected it from: acme$/,
    ],
    [
      'a signature of something else',
      () => withSignatureOf(set, acme.account),
      /^validation-set bad-signature: failed signature verification: hash tag does not match$/,
    ],
    [
      'no signature at all',
      () => withSignature(set, 'c2ln'),
      /^validation-set bad-signature: failed signature verification: unsupported signature format version: 115$/,
    ],
    [
      'a signature that is no base64',
      () => withSignature(set, '!'),
      /^validation-set bad-signature: failed signature verification: cannot decode signature: illegal base64 data$/,
    ],
    [
      'a public key in place of a signature',
      () => withSignature(set, bodyOf(acme.accountKey)),
      /^validation-set bad-signature: failed signature verification: expected signature, got instead: OpenPGP packet of tag 6$/,
    ],
    [
      'a time before its key',
      () => acme.validationSet({ name: 'old', sequence: 1, snaps: [core22], timestamp: '2020-01-01T00:00:00Z' }),
      /^validation-set expired-key: validation-set assertion timestamp "2020-01-01T00:00:00.000Z" outside of signing key validity/,
    ],
    [
      'a type that is not verified here',
      () => signedBy(acme, 'snap-declaration', { series: '16', 'snap-id': 'a' }),
      /^snap-declaration unsupported: assertions of type snap-declaration are not verified here$/,
    ],
    [
      'a format of the future',
      () => signedBy(acme, 'validation-set', { ...setHeaders, format: '1' }),
      /^validation-set unsupported: format 1 is too new$/,
    ],
    [
      'an account of its own making',
      () => signedBy(acme, 'account', { ...accountHeaders, 'account-id': 'friend' }),
      /^account not-allowed: account assertion for "friend" is not signed by a directly trusted authority: acme$/,
    ],
    [
      'a serial of another brand',
      () => signedBy(other, 'serial', serialHeaders),
      /^serial not-allowed: serial with authority "other" different from brand "acme" without model assertion/,
    ],
  ])('refuses %s', (name, text, reason) => {
    const chain = name === 'a key that nobody knows' ? '' : `${acme.chain}\n${other.chain}\n`;
    expect(verdicts(`${chain}${text()}`).refused).toEqual([expect.stringMatching(reason)]);
  });

  it('refuses a key whose account is not known, or whose name another key has', () => {
    expect(verdicts(acme.accountKey).refused).toEqual([
      'account-key inconsistent: account-key assertion for "acme" does not have a matching account assertion',
    ]);
    const second = mintBrand('acme', acme.root);
    expect(verdicts(`${acme.chain}\n${second.accountKey}`).refused).toEqual([
      `account-key inconsistent: account-key assertion for "acme" with ID "${second.keyId}" has the same name "default" as existing ID "${acme.keyId}"`,
    ]);
  });

  it('believes a serial that another account may sign by word of the model', () => {
    const model = signedBy(acme, 'model', { ...modelHeaders, 'serial-authority': ['other'] });
    const serial = signedBy(other, 'serial', serialHeaders);
    expect(verdicts(`${serial}\n${model}\n${acme.chain}\n${other.chain}`).refused).toEqual([]);
  });

  it.each([
    ['fit', { name: 'base', sequence: '[0-9]+' }, []],
    ['fit one of several', { name: ['x', 'base'] }, []],
    ['miss what must be missing', { format: '$MISSING' }, []],
    ['are of another type', { type: 'model' }, ['not-allowed']],
    ['fit in part alone', { name: 'bas' }, ['not-allowed']],
    ['lack a header', { grade: '.*' }, ['not-allowed']],
    ['have no list that fits', { snaps: { name: 'core20' } }, ['not-allowed']],
    ['have a list that fits', { snaps: { name: 'core.*', revision: '7' } }, []],
  ])('lets a key sign only what its constraints allow: headers that %s', (_, constraint, kinds) => {
    const headers = { type: 'validation-set', ...constraint };
    const key = acme.root.sign({
      type: 'account-key',
      headers: { ...keyHeaders(acme), format: '1', constraints: [{ headers }] },
      body: bodyOf(acme.accountKey),
    });
    const stream = decodeAssertions(Buffer.from(`${acme.account}\n${key}\n${set}`));
    expect(verifyAssertions(stream, { trust, now }).refused.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('finds every bit that is turned over in what was signed or in the signature', () => {
    const chain = decodeAssertions(Buffer.from(acme.chain));
    const whole = decodeAssertion(Buffer.from(set));
    const signature = Buffer.from(whole.signature.toString('latin1'), 'base64');
    const believes = (content: Buffer, bytes: Buffer) =>
      verifyAssertions([...chain, { ...whole, content, signature: Buffer.from(bytes.toString('base64')) }], {
        trust,
        now,
      }).refused.length === 0;
    expect(believes(whole.content, signature)).toBe(true);
    fc.assert(
      fc.property(fc.nat(whole.content.length * 8 - 1), (bit) => !believes(flipped(whole.content, bit), signature)),
    );
    fc.assert(
      fc.property(fc.nat(signature.length * 8 - 1), (bit) => !believes(whole.content, flipped(signature, bit))),
      { numRuns: 500 },
    );
  });

  it('finds a bit turned over anywhere in the text', () => {
    const bytes = Buffer.from(set);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const text = flipped(bytes, bit);
        const apart = [acme.account, acme.accountKey].map((one) => decodeAssertion(Buffer.from(one)));
        try {
          const read = decodeAssertions(text);
          const { refused } = verifyAssertions([...apart, ...read], { trust, now });
          const same =
            read.length === 1 && read.every((one) => textOf(one).replace(/\s/g, '') === set.replace(/\s/g, ''));
          return refused.length > 0 || same;
        } catch (error) {
          return error instanceof AssertionError;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('anchors', () => {
  it('are accounts and keys alone', () => {
    expect(() => trustIn(set)).toThrow(
      `cannot read ${describeAssertion(decodeAssertion(Buffer.from(set)))}: only accounts and account-keys can be trusted as given`,
    );
  });

  it('win over what a stream says of the same key', () => {
    const renamed = acme.root.sign({
      type: 'account',
      headers: { ...accountHeaders, 'account-id': 'acme-root', revision: '9' },
    });
    expect(verdicts(`${renamed}\n${acme.chain}\n${set}`).refused).toEqual([]);
  });
});

const timestamp = '2024-01-01T00:00:00Z';
const accountHeaders = { 'account-id': 'acme', 'display-name': 'Acme', validation: 'verified', timestamp };
const setHeaders = { series: '16', 'account-id': 'acme', name: 'base', sequence: '1', snaps: [core22], timestamp };
const modelHeaders = {
  series: '16',
  'brand-id': 'acme',
  model: 'box',
  architecture: 'amd64',
  gadget: 'pc',
  kernel: 'pc-kernel',
  timestamp,
};
const device = decodeAssertion(Buffer.from(mintAuthority('device').accountKey));
const serialHeaders = {
  'brand-id': 'acme',
  model: 'box',
  serial: '1',
  'device-key': device.body?.toString() ?? '',
  'device-key-sha3-384': device.primaryKey[0] ?? '',
  timestamp,
};

function keyHeaders({ keyId, accountId }: { keyId: string; accountId: string }) {
  return { 'public-key-sha3-384': keyId, 'account-id': accountId, name: 'default', since: timestamp };
}

const bodyOf = (text: string): string => decodeAssertion(Buffer.from(text)).body?.toString() ?? '';
const withSignature = (text: string, signature: string): string =>
  `${decodeAssertion(Buffer.from(text)).content.toString()}\n\n${signature}\n`;
const withSignatureOf = (text: string, another: string): string =>
  withSignature(text, decodeAssertion(Buffer.from(another)).signature.toString());

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}
