import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SnapdLabError } from './errors';
import { standInsDir } from './lab-files';
import { runTool } from './run-tool';

const directories = ['etc', 'run', 'snap', 'home', 'root', 'tmp', '.bin', '.systemd/active', '.systemd/enabled', '.systemd/fail', 'var/lib/snapd/snaps']; // prettier-ignore
const doNothing = ['timedatectl', 'udevadm', 'systemd-run', 'loginctl', 'systemd-tmpfiles', 'modprobe', 'sysctl', 'systemd-mount', 'umount']; // prettier-ignore
/** Stand-ins that are not on snapd's PATH under their own name. */
const notOnPath = ['launch', 'nothing', 'snap-confine'];

/**
 * Unpacks snapd into `dir`/root and puts the stand-ins beside it. Does nothing when `dir` holds this snapd already.
 * @throws SnapdLabError when `dir` holds another version: its state belongs to that one
 * @returns the package's version, for example "2.68.3-3+deb13u1"
 */
export async function unpackSnapd(deb: string, dir: string): Promise<string> {
  const versionFile = path.join(dir, 'version');
  const version = (await runTool('dpkg-deb', ['-f', deb, 'Version'])).trim();
  if (existsSync(versionFile)) {
    const held = (await readFile(versionFile, 'utf8')).trim();
    if (held !== version) throw new SnapdLabError(`cannot use ${dir} for snapd ${version}: it holds snapd ${held}`);
    return version;
  }
  const root = path.join(dir, 'root');
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await runTool('dpkg-deb', ['-x', deb, root]);
  for (const name of directories) await mkdir(path.join(root, name), { recursive: true });
  // without them snapd says "system does not fully support snapd" and refuses every write
  await symlink('/sys', path.join(root, 'sys'));
  await symlink('/proc', path.join(root, 'proc'));
  await installStandIns(root);
  await writePasswd(dir);
  await writeFile(`${versionFile}.new`, `${version}\n`);
  await rename(`${versionFile}.new`, versionFile);
  return version;
}

async function installStandIns(root: string): Promise<void> {
  const from = standInsDir();
  const bin = path.join(root, '.bin');
  const onPath = (await readdir(from)).filter((name) => !notOnPath.includes(name));
  for (const name of onPath) await install(path.join(from, name), path.join(bin, name));
  for (const name of doNothing) await install(path.join(from, 'nothing'), path.join(bin, name));
  const confine = path.join(root, 'usr/lib/snapd/snap-confine');
  await rm(confine);
  await install(path.join(from, 'snap-confine'), confine);
}

async function install(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o755);
}

/** A passwd in which root lives inside the lab: hooks make a folder `snap` in root's home. */
export async function writePasswd(dir: string): Promise<void> {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const home = path.join(dir, 'root', 'root');
  await writeFile(path.join(dir, 'passwd'), passwd.replace(/^(root:(?:[^:]*:){4})[^:]*/m, `$1${home}`));
}
