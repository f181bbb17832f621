import { broken } from '../errors';

/** Reads numbers and stretches of bytes one after another. */
export class ByteReader {
  private at = 0;

  /** @param what is read, for errors */
  constructor(
    private readonly bytes: Buffer,
    private readonly what: string,
  ) {}

  get rest(): number {
    return this.bytes.length - this.at;
  }

  /** @throws BrokenRuleError when fewer are left */
  take(sizeBytes: number): Buffer {
    if (this.rest < sizeBytes) broken(`cannot decode ${this.what}: unexpected EOF`);
    this.at += sizeBytes;
    return this.bytes.subarray(this.at - sizeBytes, this.at);
  }

  number(sizeBytes: 1 | 2 | 4): number {
    return this.take(sizeBytes).readUIntBE(0, sizeBytes);
  }

  /** A multi-precision integer: its size in bits, then its bytes (RFC 4880 §3.2). */
  integer(): Buffer {
    const bits = this.number(2);
    const value = this.take(Math.ceil(bits / 8));
    // Go writes the size of the bytes, gpg that of the number: one value has these two forms and no third.
    const exact = value.length * 8 - Math.clz32(value[0] ?? 0) + 24;
    if (bits === 0 || (bits !== value.length * 8 && bits !== exact)) {
      broken(`cannot decode ${this.what}: an integer of ${bits} bits has other bits`);
    }
    return value;
  }

  end(): void {
    if (this.rest > 0) broken(`${this.what} has spurious trailing data`);
  }
}

// snapd asserts/crypto.go: the one version of how keys and signatures are written.
const FORMAT_VERSION = 1;
const OLD_STYLE = 0x80;
const NEW_STYLE = 0xc0;

/**
 * The body of the one OpenPGP packet in a base64 text of snapd's.
 * @param tag of the packet: 2 a signature, 6 a public key
 * @throws BrokenRuleError
 */
export function decodePacket(text: string, tag: number, what: string): Buffer {
  const bytes = decodeBase64(text, what);
  if (bytes[0] !== FORMAT_VERSION) broken(`unsupported ${what} format version: ${bytes[0] ?? 0}`);
  const reader = new ByteReader(bytes.subarray(1), what);
  const header = reader.number(1);
  const isNew = (header & NEW_STYLE) === NEW_STYLE;
  if (!isNew && (header & NEW_STYLE) !== OLD_STYLE) broken(`cannot decode ${what}: it is no OpenPGP packet`);
  const found = isNew ? header & 0x3f : (header & 0x3f) >> 2;
  if (found !== tag) broken(`expected ${what}, got instead: OpenPGP packet of tag ${found}`);
  const size = isNew ? newStyleSize(reader, what) : oldStyleSize(reader, header & 3, what);
  const body = reader.take(size);
  reader.end();
  return body;
}

/** RFC 4880 §4.2.2; bodies in parts are not used for keys and signatures. */
function newStyleSize(reader: ByteReader, what: string): number {
  const first = reader.number(1);
  if (first < 192) return first;
  if (first < 224) return ((first - 192) << 8) + reader.number(1) + 192;
  return first === 255 ? reader.number(4) : broken(`cannot decode ${what}: its OpenPGP packet is in parts`);
}

/** RFC 4880 §4.2.1. */
function oldStyleSize(reader: ByteReader, kind: number, what: string): number {
  const sizes = [1, 2, 4] as const;
  const size = sizes[kind];
  return size ? reader.number(size) : broken(`cannot decode ${what}: its OpenPGP packet has no length`);
}

/** Strict: of the texts that decode to the same bytes only the regular one is taken, in lines of any length. */
function decodeBase64(text: string, what: string): Buffer {
  const flat = text.replace(/[\r\n]/g, '');
  if (flat === '') broken(`cannot decode ${what}: no data`);
  const bytes = Buffer.from(flat, 'base64');
  return bytes.toString('base64') === flat ? bytes : broken(`cannot decode ${what}: illegal base64 data`);
}
