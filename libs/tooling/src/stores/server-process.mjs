import { spawn } from 'node:child_process';

const OUTPUT_KEPT = 8_000;

/**
 * Starts a store's server, which dies with this process however it ends (short of a SIGKILL; see data-lock.mjs). It has a
 * process group of its own: Ctrl-C in a terminal must reach those who use the store first, and the store through `stop`.
 * @param killSignal what ends the server at once
 * @returns `{child, output(), exited, isRunning()}`; `exited` resolves when it is gone, `output` gives its last
 *   words and how it ended
 */
export function startServer(command, args, { killSignal, input = '', ...options }) {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let output = '';
  const collect = (data) => (output = (output + data).slice(-OUTPUT_KEPT));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.stdin.on('error', collect); // a server that dies at once closes its input: its exit is what gets reported
  child.stdin.end(input);
  const killNow = () => child.kill(killSignal);
  process.on('exit', killNow);
  const exited = new Promise((resolve) => {
    const gone = () => {
      process.off('exit', killNow);
      resolve();
    };
    child.once('exit', gone);
    child.once('error', (error) => {
      collect(String(error));
      gone();
    });
  });
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const ending = () => (isRunning() ? '' : `(ended with ${child.exitCode ?? child.signalCode})`);
  return { child, exited, isRunning, output: () => `${output}${ending()}` };
}
