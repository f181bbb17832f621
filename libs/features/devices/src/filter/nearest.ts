/** The name that differs least from `word`, when it is no more than a slip away: a third of its letters, rounded up. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const near = names
    .map((name) => ({ name, edits: edits(word.toLowerCase(), name) }))
    .filter(({ name, edits: count }) => count <= Math.ceil(Math.min(word.length, name.length) / 3))
    .sort((one, two) => one.edits - two.edits);
  return near[0]?.name;
}

/** Letters to put in, take out or replace until one is the other; two that changed places count as one. */
function edits(one: string, two: string): number {
  let before: number[] = [];
  let last = Array.from({ length: two.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= two.length; column += 1) {
      const swapped = one[row - 1] === two[column - 2] && one[row - 2] === two[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (one[row - 1] === two[column - 1] ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [before, last] = [last, next];
  }
  return last[two.length] ?? 0;
}
