import { createHash } from 'node:crypto';
import type { AppInfo, ComponentInfo, EndInfo, SnapInfo } from './snap-info';
import { Squashfs } from './squashfs';
import { parseYaml, type YamlValue } from './yaml';

/** A snap or component file as it was uploaded. */
export interface SnapFile {
  /** SHA3-384 in hex. */
  digest: string;
  bytes: Uint8Array;
  info: SnapInfo;
  /** Set when it is a component: the snap it belongs to is `info.name`. */
  component?: ComponentInfo;
}

type Yaml = Record<string, YamlValue>;

/**
 * Reads a snap's or a component's metadata out of its file.
 * @throws Error as a read of no squashfs ends, or when it has no metadata
 */
export function readSnapFile(bytes: Uint8Array): SnapFile {
  const image = new Squashfs(bytes);
  const digest = createHash('sha3-384').update(bytes).digest('hex');
  const component = image.readFile('meta/component.yaml');
  if (component) return { digest, bytes, ...readComponent(yamlOf(component), bytes.byteLength) };
  const yaml = image.readFile('meta/snap.yaml');
  if (!yaml) throw new Error('cannot find meta/snap.yaml');
  return { digest, bytes, info: infoOf(yamlOf(yaml), image.list('meta/hooks'), bytes.byteLength) };
}

const yamlOf = (bytes: Uint8Array): Yaml => mapOf(parseYaml(Buffer.from(bytes).toString('utf8')));

function readComponent(yaml: Yaml, sizeBytes: number): Pick<SnapFile, 'info' | 'component'> {
  const [snap = '', name = ''] = textOf(yaml.component).split('+');
  const about = { ...yaml, name: snap };
  return { info: infoOf(about, [], sizeBytes), component: componentOf(name, yaml) };
}

const componentOf = (name: string, yaml: Yaml): ComponentInfo => ({
  name,
  type: textOf(yaml.type, 'standard'),
  version: textOf(yaml.version),
  summary: textOf(yaml.summary),
  description: textOf(yaml.description),
});

/** What a snap.yaml says, given the names of the hook files beside it. */
export function infoOf(yaml: Yaml, hooks: readonly string[], sizeBytes: number): SnapInfo {
  const apps = Object.entries(mapOf(yaml.apps)).map(([name, app]) => ({ name, yaml: mapOf(app) }));
  const components = Object.entries(mapOf(yaml.components)).map(([name, about]) => componentOf(name, mapOf(about)));
  const named = [...new Set([...hooks, ...Object.keys(mapOf(yaml.hooks))])].sort();
  return {
    name: textOf(yaml.name),
    id: '',
    type: typeOf(textOf(yaml.type, 'app')),
    ...optional('base', yaml.base),
    version: textOf(yaml.version),
    ...optional('title', yaml.title),
    ...optional('license', yaml.license),
    summary: textOf(yaml.summary),
    description: textOf(yaml.description),
    confinement: textOf(yaml.confinement, 'strict'),
    grade: textOf(yaml.grade),
    sizeBytes,
    apps: apps.map(({ name, yaml: app }) => appOf(name, app)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    hooks: named,
    plugs: endsOf(mapOf(yaml.plugs), apps, 'plugs'),
    slots: endsOf(mapOf(yaml.slots), apps, 'slots'),
    ...(components.length > 0 && { components }),
  };
}

const typeOf = (type: string): string => (type === 'core' ? 'os' : type);

function appOf(name: string, yaml: Yaml): AppInfo {
  const sockets = Object.keys(mapOf(yaml.sockets));
  return {
    name,
    ...optional('daemon', yaml.daemon),
    ...(yaml.daemon !== undefined && { daemonScope: textOf(yaml['daemon-scope'], 'system') }),
    ...optional('timer', yaml.timer),
    ...(sockets.length > 0 && { sockets }),
    ...optional('commonId', yaml['common-id']),
  };
}

/** An end no app names is bound to all of them; one that only apps name has the interface of its name. */
function endsOf(declared: Yaml, apps: readonly { name: string; yaml: Yaml }[], side: 'plugs' | 'slots'): EndInfo[] {
  const byApps = new Map<string, string[]>();
  for (const { name, yaml } of apps) {
    for (const end of listOf(yaml[side])) byApps.set(end, [...(byApps.get(end) ?? []), name]);
  }
  const names = [...new Set([...Object.keys(declared), ...byApps.keys()])].sort();
  return names.map((name) => ({
    name,
    ...endOf(name, declared[name] ?? null),
    apps: byApps.get(name) ?? apps.map((app) => app.name),
  }));
}

function endOf(name: string, declared: YamlValue): Omit<EndInfo, 'name' | 'apps'> {
  if (typeof declared === 'string') return { interface: declared };
  const { interface: named, label, ...attrs } = mapOf(declared);
  return {
    interface: textOf(named, name),
    ...(Object.keys(attrs).length > 0 && { attrs }),
    ...(label !== undefined && { label: textOf(label) }),
  };
}

const mapOf = (value: YamlValue | undefined): Yaml =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

const listOf = (value: YamlValue | undefined): string[] =>
  Array.isArray(value) ? value.map((item) => textOf(item)) : [];

const textOf = (value: YamlValue | undefined, otherwise = ''): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : otherwise;

const optional = (key: string, value: YamlValue | undefined): Record<string, string> =>
  value === undefined || value === null ? {} : { [key]: textOf(value) };
