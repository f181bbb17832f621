import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTool } from './run-tool';
import { pathWithSquashfs, type Squashfs } from './squashfs';

/** Paths of the snap files. Sideload `snapd`, then `core24`, then any of the others (all with `dangerous=true`). */
export interface LabSnaps {
  /** a stand-in of type snapd, never re-executed; without it every sideload would ask the store for one */
  snapd: string;
  /** an empty base */
  core24: string;
  /** an app `hello`, a service `svc`, and a configure hook that obeys `fail=true` and `sleep=<seconds>` (while it sleeps, `sleepingFile` exists) */
  hello1: string;
  /** the same at version 2 */
  hello2: string;
  /** its install hook sleeps 15 s */
  slow: string;
  /** its configure hook fails, so its install is undone */
  broken: string;
}

/** Where fleet-hello's configure hook leaves a mark while it sleeps. */
export const sleepingFile = (rootDir: string): string => path.join(rootDir, 'var/snap/fleet-hello/common/sleeping');

interface SnapSource {
  file: string;
  yaml: string;
  /** further files by path; those under bin/ and meta/hooks/ become executable */
  files?: Record<string, string | Uint8Array>;
}

const configureHook = `#!/bin/sh
if [ "$(snapctl get fail)" = true ]; then echo "told to fail" >&2; exit 1; fi
seconds=$(snapctl get sleep)
[ -n "$seconds" ] || exit 0
touch "$SNAP_COMMON/sleeping"
sleep "$seconds"
rm -f "$SNAP_COMMON/sleeping"
`;

const helloVersion = (version: string): SnapSource => ({
  file: `fleet-hello_${version}.snap`,
  yaml: `name: fleet-hello
version: '${version}'
summary: Fleet hello
description: an app, a service and hooks
base: core24
confinement: strict
apps:
  hello: {command: bin/hello, plugs: [network, home]}
  svc: {command: bin/svc, daemon: simple, restart-condition: always, plugs: [network, network-bind]}
hooks:
  configure: {plugs: [network]}
slots:
  fleet-data: {interface: content, content: fleet, read: [$SNAP/data]}
`,
  files: {
    'bin/hello': '#!/bin/sh\necho "hello $SNAP_NAME $SNAP_VERSION"\n',
    'bin/svc': '#!/bin/sh\nwhile true; do echo "svc $SNAP_VERSION"; sleep 2; done\n',
    'meta/hooks/configure': configureHook,
    'data/version': `${version}\n`,
  },
});

const appSnap = (name: string, summary: string, hook: string, script: string): SnapSource => ({
  file: `${name}_1.snap`,
  yaml: `name: ${name}\nversion: '1'\nsummary: ${summary}\ndescription: ${summary}\nbase: core24\n`,
  files: { [`meta/hooks/${hook}`]: `#!/bin/sh\n${script}\n` },
});

const sources: Record<keyof LabSnaps, SnapSource> = {
  snapd: {
    file: 'snapd.snap',
    yaml: "name: snapd\nversion: '0-lab'\nsummary: stand-in snapd\ndescription: never re-executed\ntype: snapd\n",
    files: { 'usr/lib/snapd/info': 'VERSION=1.0\nSNAPD_APPARMOR_REEXEC=0\n' },
  },
  core24: {
    file: 'core24.snap',
    yaml: "name: core24\nversion: '0-lab'\nsummary: empty base\ndescription: hooks run in the machine's own root\ntype: base\n",
    files: { 'etc/nsswitch.conf': '' },
  },
  hello1: helloVersion('1'),
  hello2: helloVersion('2'),
  slow: appSnap('fleet-slow', 'installs slowly', 'install', 'sleep 15'),
  broken: appSnap('fleet-broken', 'cannot be configured', 'configure', 'echo "configure says no" >&2; exit 1'),
};

/**
 * Builds the lab's snaps into `outDir` (created when missing; existing files are replaced).
 * @throws ToolError when mksquashfs fails
 */
export async function buildSnaps(outDir: string, squashfs: Squashfs): Promise<LabSnaps> {
  await mkdir(outDir, { recursive: true });
  const built: LabSnaps = { snapd: '', core24: '', hello1: '', hello2: '', slow: '', broken: '' };
  for (const key of Object.keys(sources) as (keyof LabSnaps)[]) {
    built[key] = await packSnap(sources[key], outDir, squashfs);
  }
  return built;
}

/**
 * Builds `fleet-large`, which cannot be compressed and so has at least this size.
 * @returns its path
 * @throws ToolError when mksquashfs fails
 */
export async function buildLargeSnap(outDir: string, squashfs: Squashfs, sizeBytes: number): Promise<string> {
  await mkdir(outDir, { recursive: true });
  const small = appSnap('fleet-large', 'takes its time on the way', 'install', 'true');
  return packSnap({ ...small, files: { ...small.files, data: randomBytes(sizeBytes) } }, outDir, squashfs);
}

async function packSnap(source: SnapSource, outDir: string, squashfs: Squashfs): Promise<string> {
  const tree = await mkdtemp(path.join(tmpdir(), 'fleet-snap-'));
  try {
    await chmod(tree, 0o755);
    for (const [name, content] of Object.entries({ 'meta/snap.yaml': source.yaml, ...source.files })) {
      const file = path.join(tree, name);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o755 });
      await writeFile(file, content);
      await chmod(file, /^(bin|meta\/hooks)\//.test(name) ? 0o755 : 0o644);
    }
    const snap = path.join(outDir, source.file);
    await rm(snap, { force: true });
    const options = ['-noappend', '-quiet', '-no-progress', '-all-root', '-no-xattrs', '-comp', 'gzip'];
    await runTool('mksquashfs', [tree, snap, ...options], {
      env: { ...process.env, PATH: pathWithSquashfs(squashfs, process.env.PATH) },
    });
    return snap;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
