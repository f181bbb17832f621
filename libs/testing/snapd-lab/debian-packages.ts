import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, SnapdUnavailableError } from './errors';
import { runTool } from './run-tool';

export interface PackageRequest {
  /** a Debian suite, read from Debian's mirror; 'host' takes the machine's own release from its own apt sources */
  suite: 'trixie' | 'forky' | 'host';
  names: readonly string[];
  cacheDir: string;
}

const hostKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Finds or downloads Debian packages. The machine's apt state is only read: package lists live in a throw-away folder.
 * Safe when two processes ask at once (each downloads, the last rename wins).
 * COREFLEET_DEBIAN_MIRROR and COREFLEET_DEBIAN_KEYRING override the machine's apt sources and keyring.
 * @returns the paths of the kept .deb files, in the order of `names`
 * @throws SnapdUnavailableError when apt is missing, or no mirror is known or reachable
 */
export async function debianPackages(request: PackageRequest): Promise<string[]> {
  const keep = path.join(request.cacheDir, `debs-${await suiteFolder(request.suite)}`);
  await mkdir(keep, { recursive: true });
  const missing = await namesWithoutDeb(keep, request.names);
  if (missing.length > 0) await download({ ...request, names: missing }, keep);
  const kept = await readdir(keep);
  return request.names.map((name) => path.join(keep, debNamed(kept, name) ?? fail(request, `apt brought no ${name}`)));
}

const debNamed = (files: readonly string[], name: string): string | undefined =>
  files.find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));

async function namesWithoutDeb(keep: string, names: readonly string[]): Promise<string[]> {
  const kept = await readdir(keep);
  return names.filter((name) => debNamed(kept, name) === undefined);
}

async function suiteFolder(suite: PackageRequest['suite']): Promise<string> {
  if (suite !== 'host') return suite;
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1];
  return `host-${codename ?? 'unknown'}`;
}

function fail(request: PackageRequest, why: string, cause?: unknown): never {
  const what = `${request.names.join(', ')} of ${request.suite === 'host' ? "this machine's release" : `Debian ${request.suite}`}`;
  throw new SnapdUnavailableError(`cannot get ${what}: ${why}`, { cause });
}

async function download(request: PackageRequest, keep: string): Promise<void> {
  const work = await mkdtemp(path.join(request.cacheDir, 'apt-'));
  try {
    for (const dir of ['lists/partial', 'cache/archives/partial', 'debs'])
      await mkdir(path.join(work, dir), { recursive: true });
    const options = [...ownState(work), ...(await sourceOptions(request, work))];
    await runTool('apt-get', [...options, 'update', '-qq', '--error-on=any']);
    await runTool('apt-get', [...options, 'download', '-qq', ...request.names], { cwd: path.join(work, 'debs') });
    for (const file of await readdir(path.join(work, 'debs')))
      await rename(path.join(work, 'debs', file), path.join(keep, file));
  } catch (error) {
    if (error instanceof SnapdUnavailableError) throw error;
    fail(request, messageOf(error), error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function ownState(work: string): string[] {
  const settings = {
    'Dir::State::Lists': path.join(work, 'lists'),
    'Dir::Cache': path.join(work, 'cache'),
    'Debug::NoLocking': '1',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

async function sourceOptions(request: PackageRequest, work: string): Promise<string[]> {
  if (request.suite === 'host') return [];
  const mirror = process.env.COREFLEET_DEBIAN_MIRROR ?? (await mirrorOfThisMachine());
  if (mirror === undefined)
    fail(request, "no Debian mirror in this machine's apt sources; set COREFLEET_DEBIAN_MIRROR");
  const list = path.join(work, 'sources.list');
  await writeFile(list, `deb [signed-by=${await keyring(request.cacheDir)}] ${mirror} ${request.suite} main\n`);
  return ['-o', `Dir::Etc::SourceList=${list}`, '-o', 'Dir::Etc::SourceParts=/dev/null'];
}

/** The first address ending in /debian that apt's own sources name (both the one-line and the deb822 form). */
async function mirrorOfThisMachine(): Promise<string | undefined> {
  const parts = '/etc/apt/sources.list.d';
  const inParts = existsSync(parts) ? await readdir(parts) : [];
  const files = ['/etc/apt/sources.list', ...inParts.map((file) => path.join(parts, file))];
  for (const file of files.filter((name) => /\.(list|sources)$/.test(name) && existsSync(name))) {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => /^(URIs:|deb\s)/.test(line));
    const mirror = lines.flatMap((line) => line.split(/\s+/)).find((word) => /^https?:\/\/.*\/debian\/?$/.test(word));
    if (mirror !== undefined) return mirror;
  }
  return undefined;
}

/** Debian's archive keys: the machine's, else (Ubuntu) unpacked from the package its own archive signs. */
async function keyring(cacheDir: string): Promise<string> {
  if (process.env.COREFLEET_DEBIAN_KEYRING !== undefined) return process.env.COREFLEET_DEBIAN_KEYRING;
  if (existsSync(hostKeyring)) return hostKeyring;
  const [deb = ''] = await debianPackages({ suite: 'host', names: ['debian-archive-keyring'], cacheDir });
  const unpacked = path.join(cacheDir, 'keyring');
  await runTool('dpkg-deb', ['-x', deb, unpacked]);
  return path.join(unpacked, hostKeyring);
}
