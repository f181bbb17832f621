/** What a snap's own metadata says about one revision of it. */
export interface SnapInfo {
  name: string;
  id: string;
  type: string;
  base?: string;
  /** Account id of who published it; undefined for a file without assertions. */
  publisher?: string;
  version: string;
  title?: string;
  summary: string;
  description: string;
  license?: string;
  confinement: string;
  grade: string;
  sizeBytes: number;
  apps: readonly AppInfo[];
  /** Names of the hooks it brings. */
  hooks: readonly string[];
  plugs: readonly EndInfo[];
  slots: readonly EndInfo[];
  /** Components it may have. */
  components?: readonly ComponentInfo[];
}

/** What a snap, or the component's own file, says about a component. */
export interface ComponentInfo {
  name: string;
  type: string;
  version: string;
  summary: string;
  description: string;
}

/** An app of a snap; a service when it has a `daemon`. */
export interface AppInfo {
  name: string;
  daemon?: string;
  daemonScope?: string;
  timer?: string;
  sockets?: readonly string[];
  commonId?: string;
}

/** A plug or a slot. */
export interface EndInfo {
  name: string;
  interface: string;
  attrs?: Record<string, unknown>;
  label?: string;
  /** Apps bound to it, in the order of the snap's apps. */
  apps: readonly string[];
}
