/** Runs a measurement some times, one after another. */
export async function repeat(runs: number, measure: (run: number) => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let run = 0; run < runs; run += 1) results.push(await measure(run));
  return results;
}
