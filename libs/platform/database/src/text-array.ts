const TEXT_OID = 25;
const HEADER_BYTES = 20;
const NULL = -1;

/**
 * Texts as one value of type `text[]`, in Postgres's binary form. In the text form every quote inside a JSON is escaped, and
 * taken back by the server, which costs more than storing it.
 */
export function textArray(texts: readonly (string | null)[]): Buffer {
  const lengths = texts.map((text) => (text === null ? NULL : Buffer.byteLength(text)));
  const size = lengths.reduce((sum, length) => sum + 4 + Math.max(0, length), HEADER_BYTES);
  const bytes = Buffer.allocUnsafe(size);
  let at = bytes.writeInt32BE(1); // dimensions
  at = bytes.writeInt32BE(lengths.includes(NULL) ? 1 : 0, at);
  at = bytes.writeInt32BE(TEXT_OID, at);
  at = bytes.writeInt32BE(texts.length, at);
  at = bytes.writeInt32BE(1, at); // number of the first
  for (const [place, text] of texts.entries()) {
    at = bytes.writeInt32BE(lengths[place] ?? NULL, at);
    if (text !== null) at += bytes.write(text, at);
  }
  return bytes;
}
