/** Ids as text, those that follow each other as one range: `1-4,6,5`. */
export function writeIds(ids: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const id of ids) {
    const last = ranges.at(-1);
    if (last?.[1] === id - 1) last[1] = id;
    else ranges.push([id, id]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

/** What `writeIds` wrote. @param most more ids than that are not read @returns undefined when it is none, or too long */
export function readIds(text: string, most: number): number[] | undefined {
  const ids: number[] = [];
  for (const range of text.split(',')) {
    const [, from, to = from] = /^([1-9]\d{0,15})(?:-([1-9]\d{0,15}))?$/.exec(range) ?? [];
    if (from === undefined || Number(to) - Number(from) >= most - ids.length) return undefined;
    for (let id = Number(from); id <= Number(to); id++) ids.push(id);
  }
  return ids;
}
