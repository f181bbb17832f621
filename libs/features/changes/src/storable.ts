/*
 * Postgres keeps neither U+0000 nor half a surrogate pair, in text or in jsonb. A task log that holds one is still worth
 * keeping, so they become U+FFFD, the replacement character; everything else stays as the device wrote it.
 */
const UNSTORABLE = /\p{Surrogate}|\0/gu;
const MAYBE_UNSTORABLE = /\\u(?:0000|d[89a-f])/;

/** Text as Postgres can keep it. */
export const storableText = (text: string): string => text.replace(UNSTORABLE, '\uFFFD');

/**
 * JSON text as Postgres can keep it in jsonb; null for undefined.
 * @throws RangeError for a value nested too deeply to be written
 */
export function storableJson(value: unknown): string | null {
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  return MAYBE_UNSTORABLE.test(text) ? JSON.stringify(value, storableMember) : text;
}

function storableMember(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [storableText(key), member]));
}
