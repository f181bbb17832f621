import { isMap, type HeaderMap, type HeaderValue } from './headers';

/**
 * Headers as snapd would write them: those named first in that order, then the others by name, then those named last.
 * Empty lists and maps have no form and are left out.
 */
export function encodeHeaders(headers: HeaderMap, first: readonly string[], last: readonly string[]): string {
  const others = Object.keys(headers).filter((name) => !first.includes(name) && !last.includes(name));
  const names = [...first, ...others.sort(), ...last].filter((name) => name in headers);
  return names.flatMap((name) => encodeEntry(`${name}:`, headers[name] ?? '', '')).join('\n');
}

function encodeEntry(intro: string, value: HeaderValue, indent: string): string[] {
  if (typeof value === 'string') {
    if (!value.includes('\n')) return [`${intro} ${value}`];
    return [intro, ...value.split('\n').map((line) => `${indent}    ${line}`)];
  }
  const inner = `${indent}  `;
  const below = isMap(value)
    ? Object.keys(value)
        .sort()
        .flatMap((key) => encodeEntry(`${inner}${key}:`, value[key] ?? '', inner))
    : value.flatMap((item) => encodeEntry(`${inner}-`, item, inner));
  return below.length === 0 ? [] : [intro, ...below];
}
