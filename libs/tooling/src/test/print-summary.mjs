/**
 * Prints a line for each part of a run and closes with `N passed, N failed`, and `, N skipped` where parts count those.
 * A failure, or a run without any test, makes the process end with 1.
 * @param parts `[name, {passed, failed, skipped?, note?}]` in the order they ran
 */
export function printSummary(parts) {
  const total = { passed: 0, failed: 0, skipped: undefined };
  process.stdout.write('\n');
  for (const [name, result] of parts) {
    total.passed += result.passed;
    total.failed += result.failed;
    if (result.skipped !== undefined) total.skipped = (total.skipped ?? 0) + result.skipped;
    process.stdout.write(`${name}: ${resultLine(result)}\n`);
  }
  if (total.passed + total.failed + (total.skipped ?? 0) === 0) {
    process.stdout.write('No test was found\n');
    total.failed = 1;
  }
  if (total.failed > 0) process.exitCode = 1;
  process.stdout.write(`\n${resultLine(total)}\n`);
}

/** `N passed, N failed[, N skipped][ (note)]` */
export function resultLine({ passed, failed, skipped, note }) {
  return `${passed} passed, ${failed} failed${skipped === undefined ? '' : `, ${skipped} skipped`}${note ? ` (${note})` : ''}`;
}
