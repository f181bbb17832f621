const WIDTH = 40;
const FAILURES = ['failed', 'unknown', 'rejected', 'timed-out', 'lost', 'expired', 'cancelled', 'skipped'];

/**
 * Shows a rollout's waves: bars that are drawn over on a terminal, and else one plain line whenever something changed.
 * @returns `{show(rollout), end()}`
 */
export function createProgress(output = process.stdout) {
  let drawn = [];
  return {
    show(rollout) {
      const lines = rollout.waves.map(output.isTTY ? bar : plain);
      if (output.isTTY) redraw(output, drawn.length, lines);
      else for (const line of lines.filter((line) => !drawn.includes(line))) output.write(`${line}\n`);
      drawn = lines;
    },
    end() {
      drawn = [];
    },
  };
}

function redraw(output, above, lines) {
  const up = above > 0 ? `\u001b[${above}A` : '';
  output.write(up + lines.map((line) => `\u001b[2K${line}\n`).join(''));
}

function bar(wave) {
  const { succeeded, failed, running, waiting } = groups(wave);
  const cells = [
    [succeeded, '█', 32],
    [failed, '█', 31],
    [running, '▒', 33],
    [waiting, '·', 90],
  ];
  const drawn = cells.map(([count, cell, colour], at) => {
    const before = cells.slice(0, at).reduce((sum, [n]) => sum + n, 0);
    const from = Math.round((before / wave.size) * WIDTH);
    const to = Math.round(((before + count) / wave.size) * WIDTH);
    return `\u001b[${colour}m${cell.repeat(to - from)}\u001b[0m`;
  });
  return `  wave ${wave.number}  ${drawn.join('')}  ${summary(wave)}`;
}

const plain = (wave) => `wave ${wave.number}: ${summary(wave)}`;

function summary(wave) {
  const { succeeded, failed, running } = groups(wave);
  const parts = [`${succeeded}/${wave.size} verified`];
  if (running > 0) parts.push(`${running} running`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (wave.status === 'soaking' || wave.status === 'passed') parts.push(wave.status);
  return parts.join(', ');
}

function groups({ counts, size }) {
  const succeeded = counts.succeeded ?? 0;
  const failed = FAILURES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const waiting = (counts.pending ?? 0) + (counts.waiting ?? 0);
  return { succeeded, failed, waiting, running: size - succeeded - failed - waiting };
}
