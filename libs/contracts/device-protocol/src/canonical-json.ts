/**
 * JSON with object keys sorted by code unit and no white space: the form of RFC 8785 for values made of
 * objects, arrays, strings, booleans, null and safe integers, which is all an envelope may hold.
 * @throws TypeError for a value JSON cannot say (undefined in an array, bigint, function, non-finite number)
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') return canonicalObject(value as Record<string, unknown>);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError('cannot write a non-finite number as JSON');
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`cannot write a ${typeof value} as JSON`);
  return text;
}

function canonicalObject(object: Record<string, unknown>): string {
  const members = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  return `{${members.join(',')}}`;
}
