import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askSnapd } from './ask-snapd';
import { debianPackages } from './debian-packages';
import { messageOf, SnapdLabError, SnapdUnavailableError } from './errors';
import { defaultCacheDir, standInsDir } from './lab-files';
import { endLabProcesses } from './lab-processes';
import { findNamespace, type Namespace } from './namespace';
import { findSquashfs, pathWithSquashfs, type Squashfs } from './squashfs';
import { bootIdFileOf, Supervisor, writeBootId } from './supervisor';
import { unpackSnapd } from './unpack-snapd';

export type SnapdSuite = 'trixie' | 'forky';

export interface StartSnapdOptions {
  /** Debian's release that snapd is taken from */
  suite: SnapdSuite;
  /** the lab's own folder, absolute and short (a socket path holds 107 bytes); kept state is used again */
  dir: string;
  /** a kept snapd .deb; else COREFLEET_SNAPD_DEB_TRIXIE or COREFLEET_SNAPD_DEB_FORKY, else a download */
  deb?: string;
  /** where downloads are kept (default `.cache/snapd-lab` of the project) */
  cacheDir?: string;
  /** more environment for snapd, over the lab's own */
  env?: NodeJS.ProcessEnv;
  /** how long a reboot takes between snapd's end and its next start (default 1000) */
  bootMs?: number;
}

export interface SnapdLab {
  socketPath: string;
  /** snapd's global root: all of its paths are below it */
  rootDir: string;
  /** the Debian package's version, as system-info says it: "2.68.3-3+deb13u1" */
  version: string;
  /** holds the boot id snapd sees; another one after each reboot */
  bootIdFile: string;
  /** false where no mount namespace is allowed: then `bootIdFile` still changes, but snapd sees the machine's boot id */
  bootIdSeenBySnapd: boolean;
  /** snapd's standard output and error, all starts */
  logFile: string;
  /** Restarts snapd in place with SIGTERM, as an update of it does; returns when the new one answers.
   * A running hook ends in Error before 2.77, and is waited for since: one that has yet to call snapctl then waits in vain
   * for up to 90 s, so let it reach its sleep first (`sleepingFile`). */
  restartDaemon(): Promise<void>;
  /** The same with SIGKILL. */
  killDaemon(): Promise<void>;
  /** Returns when snapd answers after a start that is later than the `starts` given; see `starts`. */
  answersAgain(afterStarts: number): Promise<void>;
  /** How often snapd was started. Remember it before `POST /v2/systems {"action":"reboot"}`, then await `answersAgain`. */
  starts(): number;
  /** Ends snapd and everything it started; the folder stays. Safe to call again. */
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;
/** A graceful restart may first wait 90 s for hooks. */
const restartTimeoutMs = 90_000 + startTimeoutMs;

/**
 * Starts a real snapd from Debian's package, without systemd and, where user namespaces are allowed, without root.
 * Hooks and changes are real; services are flags; nothing is confined; the store is out of reach.
 * @throws SnapdUnavailableError when the packages cannot be had or this user may not run them
 * @throws SnapdLabError when snapd does not answer within 30 s (the message ends with its log)
 */
export async function startSnapd(options: StartSnapdOptions): Promise<SnapdLab> {
  const dir = path.resolve(options.dir);
  const socketPath = path.join(dir, 'root/run/snapd.socket');
  refuseLongSocketPath(socketPath);
  await mkdir(dir, { recursive: true });
  await endLabProcesses(path.join(dir, 'root')); // of a run that was killed
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const namespace = await findNamespace();
  const version = await unpackSnapd(await snapdDeb(options, cacheDir), dir);
  const env = snapdEnv(dir, namespace, await findSquashfs(cacheDir), options.env);
  if (!existsSync(bootIdFileOf(dir))) await writeBootId(dir);
  const command = [...namespace.command, path.join(standInsDir(), 'launch'), dir];
  const supervisor = new Supervisor({ dir, command, env, bootMs: options.bootMs ?? 1000 });
  const lab = labOf(dir, socketPath, version, namespace, supervisor);
  supervisor.start();
  try {
    await lab.answersAgain(0);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  return lab;
}

function labOf(dir: string, socketPath: string, version: string, ns: Namespace, supervisor: Supervisor): SnapdLab {
  const logFile = path.join(dir, 'snapd.log');
  const answersAgain = (afterStarts: number, timeoutMs = startTimeoutMs): Promise<void> =>
    untilItAnswers(socketPath, supervisor, { afterStarts, timeoutMs, logFile });
  const signalAndWait = async (signal: NodeJS.Signals): Promise<void> => {
    const before = supervisor.starts;
    supervisor.restart(signal);
    await answersAgain(before, restartTimeoutMs);
  };
  return {
    socketPath,
    rootDir: path.join(dir, 'root'),
    version,
    logFile,
    answersAgain,
    bootIdFile: bootIdFileOf(dir),
    bootIdSeenBySnapd: ns.ownMounts,
    starts: () => supervisor.starts,
    restartDaemon: () => signalAndWait('SIGTERM'),
    killDaemon: () => signalAndWait('SIGKILL'),
    stop: () => supervisor.stop(),
  };
}

function refuseLongSocketPath(socketPath: string): void {
  const bytes = Buffer.byteLength(socketPath);
  if (bytes > 107) throw new SnapdLabError(`cannot use ${socketPath}: ${bytes} bytes, a unix socket path holds 107`);
}

async function snapdDeb(options: StartSnapdOptions, cacheDir: string): Promise<string> {
  const variable = `COREFLEET_SNAPD_DEB_${options.suite.toUpperCase()}`;
  const kept = options.deb ?? process.env[variable];
  if (kept === undefined) {
    const [deb = ''] = await debianPackages({ suite: options.suite, names: ['snapd'], cacheDir });
    return deb;
  }
  if (!existsSync(kept))
    throw new SnapdUnavailableError(`cannot read the kept package ${kept} (option deb or ${variable})`);
  return path.resolve(kept);
}

/** Each line was learnt by a failure; the README tells which. */
function snapdEnv(dir: string, ns: Namespace, squashfs: Squashfs, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const root = path.join(dir, 'root');
  return {
    PATH: `${root}/.bin:${root}/usr/bin:${pathWithSquashfs(squashfs, process.env.PATH)}`,
    LANG: 'C.UTF-8',
    HOME: path.join(root, 'root'),
    LAB_NAMESPACE: ns.ownMounts ? 'yes' : '',
    SNAPPY_GLOBAL_ROOT: root,
    SNAP_REEXEC: '0',
    SNAPPY_SQUASHFS_UNPACK_FOR_TESTS: '1',
    SNAPPY_TESTING: '1',
    SNAPD_STANDBY_WAIT: '10000h',
    SNAPPY_FORCE_API_URL: 'http://no..store/',
    SNAPPY_FORCE_SAS_URL: 'http://no..store/',
    HTTPS_PROXY: 'http://no..proxy:1',
    SNAPD_AUTH_DATA_FILENAME: path.join(root, 'root/auth.json'),
    ...extra,
  };
}

interface Awaited {
  afterStarts: number;
  timeoutMs: number;
  logFile: string;
}

async function untilItAnswers(socketPath: string, supervisor: Supervisor, awaited: Awaited): Promise<void> {
  const { afterStarts, timeoutMs, logFile } = awaited;
  const deadline = Date.now() + timeoutMs;
  let last = 'not started';
  while (Date.now() < deadline && supervisor.spawnError === undefined) {
    if (supervisor.starts > afterStarts) {
      last = await refusal(socketPath);
      if (last === '') return;
    }
    await sleep(25);
  }
  const why = supervisor.spawnError?.message ?? `no answer within ${timeoutMs} ms (${last})`;
  const log = existsSync(logFile) ? (await readFile(logFile, 'utf8')).split('\n').slice(-15).join('\n') : '';
  throw new SnapdLabError(`cannot start snapd: ${why}\n${log}`);
}

/**
 * Why snapd cannot be used yet; empty when it can. It answers a moment before it is seeded and has its model, and until
 * then refuses a sideload with "too early for operation".
 */
async function refusal(socketPath: string): Promise<string> {
  try {
    for (const url of ['/v2/model', '/v2/snaps/system/conf?keys=seed.loaded']) {
      const { status, body } = await askSnapd(socketPath, url, { timeoutMs: 5000 });
      if (status !== 200) return `${url} answered ${status} ${JSON.stringify(body)}`;
    }
    return '';
  } catch (error) {
    return messageOf(error);
  }
}
