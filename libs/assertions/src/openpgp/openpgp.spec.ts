import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { BrokenRuleError } from '../errors';
import { encodePublicKey } from '../sign';
import { encodeInteger, encodePacket, decodePublicKey } from './public-key';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const text = (bytes: Buffer) => bytes.toString('base64');
const keyPacket = (...parts: Buffer[]) => text(encodePacket(6, Buffer.concat([Buffer.of(4, 0, 0, 0, 0, 1), ...parts])));
const modulus = Buffer.alloc(256, 0xff);
const exponent = Buffer.of(1, 0, 1);

describe('a public key', () => {
  it('is read as it was written, with the same id', () => {
    const { id, text: written } = encodePublicKey(privateKey);
    expect(decodePublicKey(written)).toMatchObject({ id, modulusBytes: 256 });
    expect(id).toMatch(/^[A-Za-z0-9_-]{64}$/);
  });

  it('has an id that does not depend on when it was made', () => {
    const { id, text: written } = encodePublicKey(privateKey);
    const bytes = Buffer.from(written, 'base64');
    bytes.writeUInt32BE(1, 5); // behind version byte, header of three bytes and version
    expect(decodePublicKey(text(bytes)).id).toBe(id);
  });

  it.each([
    ['nothing', '', 'cannot decode public key: no data'],
    ['no base64', '%', 'cannot decode public key: illegal base64 data'],
    ['base64 with bits to spare', 'AR==', 'cannot decode public key: illegal base64 data'],
    ['another version', text(Buffer.of(2, 0xc6, 0)), 'unsupported public key format version: 2'],
    ['no packet', text(Buffer.of(1, 0x06, 0)), 'cannot decode public key: it is no OpenPGP packet'],
    ['a signature', text(encodePacket(2, Buffer.of(4))), 'expected public key, got instead: OpenPGP packet of tag 2'],
    ['a packet in parts', text(Buffer.of(1, 0xc6, 224)), 'cannot decode public key: its OpenPGP packet is in parts'],
    ['a packet without length', text(Buffer.of(1, 0x9b)), 'cannot decode public key: its OpenPGP packet has no length'],
    ['a packet that breaks off', text(Buffer.of(1, 0xc6, 5, 4)), 'cannot decode public key: unexpected EOF'],
    [
      'a packet that claims 4 GiB',
      text(Buffer.of(1, 0xc6, 255, 255, 255, 255, 255)),
      'cannot decode public key: unexpected EOF',
    ],
    [
      'more behind the packet',
      text(Buffer.concat([encodePacket(6, Buffer.of(4)), Buffer.of(0)])),
      'public key has spurious trailing data',
    ],
    [
      'more behind the numbers',
      keyPacket(encodeInteger(modulus), encodeInteger(exponent), Buffer.of(0)),
      'public key has spurious trailing data',
    ],
    [
      'an integer of other bits',
      keyPacket(Buffer.of(0, 9, 0xff, 0xff)),
      'cannot decode public key: an integer of 9 bits has other bits',
    ],
    [
      'a small modulus',
      keyPacket(encodeInteger(modulus.subarray(0, 64)), encodeInteger(exponent)),
      'cannot use public key: RSA of 512 bits',
    ],
    [
      'a huge modulus',
      keyPacket(encodeInteger(Buffer.alloc(2049, 0xff)), encodeInteger(exponent)),
      'cannot use public key: RSA of 16392 bits',
    ],
    [
      'a large exponent',
      keyPacket(encodeInteger(modulus), encodeInteger(Buffer.alloc(4, 0xff))),
      'cannot use public key: large public exponent',
    ],
    [
      'an elliptic curve',
      text(encodePacket(6, Buffer.of(4, 0, 0, 0, 0, 22))),
      'expected RSA public key, got instead: OpenPGP algorithm 22',
    ],
  ])('is refused when it is %s', (_, written, reason) => {
    expect(() => decodePublicKey(written)).toThrow(new BrokenRuleError(reason));
  });

  it('is refused in words whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => decodePublicKey(text(Buffer.concat([Buffer.of(1, 0xc6), bytes])))).toThrow(BrokenRuleError);
      }),
    );
  });
});
