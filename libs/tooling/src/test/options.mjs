/** The steps of `npm test`, in their order. */
export const STEPS = ['lint', 'typecheck', 'unit', 'integration', 'contract', 'system'];

/**
 * Reads `--only STEP[,STEP]` (may be given again); everything else is passed to Jest, such as a path.
 * @returns `{steps, jestArguments}`
 */
export function parseTestOptions(argv) {
  const chosen = [];
  const jestArguments = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--only') chosen.push(...String(argv[++i] ?? '').split(','));
    else if (argv[i].startsWith('--only=')) chosen.push(...argv[i].slice('--only='.length).split(','));
    else jestArguments.push(argv[i]);
  }
  const unknown = chosen.find((step) => !STEPS.includes(step));
  if (unknown !== undefined) throw new Error(`cannot run only "${unknown}": the steps are ${STEPS.join(', ')}`);
  return { steps: STEPS.filter((step) => chosen.length === 0 || chosen.includes(step)), jestArguments };
}
