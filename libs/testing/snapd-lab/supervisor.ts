import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, openSync, closeSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endLabProcesses } from './lab-processes';

export interface SupervisorOptions {
  dir: string;
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  /** how long a "reboot" takes between snapd's end and its next start */
  bootMs: number;
}

const stopTimeoutMs = 10_000;
/** systemd's TimeoutStopSec: snapd from 2.77 waits for running hooks before it ends, and one may wait for snapd. */
const restartTimeoutMs = 90_000;

/**
 * Keeps snapd running over its own exits, as systemd's `Restart=always` does, and plays the machine when snapd has asked
 * for a reboot: /run is emptied, no service is active, the boot id is another.
 *
 *     running --exit--> restarting --100 ms--> running
 *     running --exit, reboot asked--> booting --bootMs--> running
 *     any --stop()--> stopped
 */
export class Supervisor {
  /** How often snapd was started. */
  starts = 0;
  /** Why snapd could not be started at all (no such program); snapd's own exits are in the log. */
  spawnError: Error | undefined;
  private child: ChildProcess | undefined;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: SupervisorOptions) {}

  start(): void {
    this.loop = this.keepRunning();
  }

  /** Sends snapd a signal; it comes back by itself. One that ignores SIGTERM for 90 s is killed, as systemd would. */
  restart(signal: NodeJS.Signals): void {
    this.end(signal, restartTimeoutMs);
  }

  /** Ends snapd (SIGTERM, after 10 s SIGKILL) and everything it started. Safe to call again. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.end('SIGTERM', stopTimeoutMs);
    await this.loop;
    await endLabProcesses(path.join(this.options.dir, 'root'));
  }

  private end(signal: NodeJS.Signals, killAfterMs: number): void {
    const child = this.child;
    if (child === undefined) return;
    const killer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.once('exit', () => clearTimeout(killer));
    child.kill(signal);
  }

  private async keepRunning(): Promise<void> {
    while (!this.stopping.signal.aborted && this.spawnError === undefined) {
      await this.runOnce();
      if (existsSync(this.rebootFile())) await this.bootAgain();
      else await this.pause(100);
    }
  }

  private runOnce(): Promise<void> {
    const [program = '', ...args] = this.options.command;
    const log = openSync(path.join(this.options.dir, 'snapd.log'), 'a');
    return new Promise((resolve) => {
      this.child = spawn(program, args, { env: this.options.env, stdio: ['ignore', log, log], detached: true });
      this.starts += 1;
      closeSync(log);
      this.child.once('error', (error) => {
        this.spawnError = error;
        resolve();
      });
      this.child.once('exit', () => {
        this.child = undefined;
        resolve();
      });
    });
  }

  private rebootFile(): string {
    return path.join(this.options.dir, 'root/.systemd/reboot');
  }

  private async bootAgain(): Promise<void> {
    const root = path.join(this.options.dir, 'root');
    await endLabProcesses(root);
    const run = path.join(root, 'run');
    for (const name of await readdir(run)) await rm(path.join(run, name), { recursive: true, force: true });
    await rm(path.join(root, '.systemd/active'), { recursive: true, force: true });
    await mkdir(path.join(root, '.systemd/active'));
    await writeBootId(this.options.dir);
    await rm(this.rebootFile());
    await this.pause(this.options.bootMs);
  }

  /** Waits, but not past `stop()`. */
  private async pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.stopping.signal });
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
    }
  }
}

/** Where the lab's boot id is; snapd sees this very file as /proc/sys/kernel/random/boot_id. */
export const bootIdFileOf = (dir: string): string => path.join(dir, 'boot-id');

/** Gives the lab a new boot id. Written in place: a bind mount follows the file, not its name. */
export async function writeBootId(dir: string): Promise<void> {
  await writeFile(bootIdFileOf(dir), `${randomUUID()}\n`);
}
