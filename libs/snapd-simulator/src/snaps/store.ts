import { createHash } from 'node:crypto';
import type { SnapFile } from '../snap-files/read-snap';

/** snapd's snap types. */
export type SnapType = 'app' | 'gadget' | 'kernel' | 'base' | 'os' | 'snapd';

/** What one revision of a snap is. */
export interface StoreRevision {
  version: string;
  sizeBytes: number;
  /** Components the revision may be installed with, and the revision of each. */
  components?: Readonly<Record<string, number>>;
  /** Of snapd: it brings another boot configuration, which ends its refresh with a reboot. */
  newBootConfig?: boolean;
}

/** A service of a snap. */
export interface StoreService {
  name: string;
  /** Default `simple`. */
  daemon?: string;
}

/** A snap of the store; devices keep only its name and their own revision of it. */
export interface StoreSnap {
  name: string;
  id: string;
  type: SnapType;
  base?: string;
  publisher: string;
  summary: string;
  grade: string;
  /** Of a gadget: the disk layout, as GET /v2/systems/{label} shows it. */
  volumes?: Readonly<Record<string, unknown>>;
  services: readonly StoreService[];
  /** false: a PUT of configuration ends in snapd's error about the missing hook. */
  configureHook: boolean;
  plugs: Readonly<Record<string, string>>;
  slots: Readonly<Record<string, string>>;
  revisions: Map<number, StoreRevision>;
  /** Full channel names (`latest/stable`) to revisions. */
  channels: Map<string, number>;
}

/** What `addSnap` takes; ids are derived from the name when left out. */
export interface StoreSnapPlan {
  name: string;
  id?: string;
  type?: SnapType;
  base?: string;
  publisher?: string;
  summary?: string;
  /** Default `stable`. */
  grade?: string;
  volumes?: Readonly<Record<string, unknown>>;
  services?: readonly StoreService[];
  configureHook?: boolean;
  /** Interfaces of its plugs, by the plug's name. */
  plugs?: Readonly<Record<string, string>>;
  /** Interfaces of its slots, by the slot's name. */
  slots?: Readonly<Record<string, string>>;
  revisions: readonly ({ revision: number } & Partial<StoreRevision>)[];
  channels: Readonly<Record<string, number>>;
}

/** One constraint of a validation set assertion (§6.4). */
export interface ValidationSetSnap {
  name: string;
  id?: string;
  /** Default `required`. */
  presence?: 'required' | 'optional' | 'invalid';
  revision?: number;
  components?: Readonly<Record<string, { presence: 'required' | 'optional' | 'invalid'; revision?: number }>>;
}

/** An account that publishes snaps or sets, as far as it is shown. */
export interface StoreAccount {
  id: string;
  username: string;
  displayName: string;
  validation: 'unproven' | 'starred' | 'verified';
}

/** A validation set assertion as the store serves it. */
export interface ValidationSetAssertion {
  accountId: string;
  name: string;
  sequence: number;
  snaps: readonly ValidationSetSnap[];
}

const RISKS = ['stable', 'candidate', 'beta', 'edge'];
const DEFAULT_SIZE_BYTES = 4 * 1024 * 1024;

/** One store for a whole fleet: snaps, channels and validation sets, shared by every device and never copied. */
export class SimulatedStore {
  private readonly snaps = new Map<string, StoreSnap>();
  private readonly accounts = new Map<string, StoreAccount>();
  private readonly cohorts = new Map<string, { name: string; channels: Map<string, number> }>();
  private readonly sets = new Map<string, Map<number, ValidationSetAssertion>>();
  /** When set, every query fails the way a device without network sees it. */
  unreachable = false;
  /** When set, every query about snaps to install or refresh fails with this text. */
  failure: string | undefined;
  /** Where devices reach it; shown when they cannot. */
  address = 'https://api.snapcraft.io';
  private readonly files = new Map<string, SnapFile>();

  /**
   * Keeps an uploaded file once for all devices that are given the same.
   * @returns undefined when `read` cannot make a snap or component of it
   */
  keepFile(bytes: Uint8Array, read: (bytes: Uint8Array) => SnapFile): SnapFile | undefined {
    const key = createHash('sha256').update(bytes).digest('hex');
    const known = this.files.get(key);
    if (known) return known;
    try {
      const file = read(bytes);
      this.files.set(key, file);
      return file;
    } catch {
      return undefined;
    }
  }

  addSnap(plan: StoreSnapPlan): StoreSnap {
    const snap: StoreSnap = {
      name: plan.name,
      id: plan.id ?? snapIdOf(plan.name),
      type: plan.type ?? 'app',
      publisher: plan.publisher ?? 'acme',
      summary: plan.summary ?? plan.name,
      grade: plan.grade ?? 'stable',
      services: plan.services ?? [],
      configureHook: plan.configureHook ?? true,
      plugs: plan.plugs ?? {},
      slots: plan.slots ?? {},
      revisions: new Map(),
      channels: new Map(),
      ...(plan.base !== undefined && { base: plan.base }),
      ...(plan.volumes && { volumes: plan.volumes }),
    };
    for (const { revision, ...about } of plan.revisions) {
      snap.revisions.set(revision, { version: String(revision), sizeBytes: DEFAULT_SIZE_BYTES, ...about });
    }
    for (const [channel, revision] of Object.entries(plan.channels)) snap.channels.set(fullChannel(channel), revision);
    this.snaps.set(snap.name, snap);
    return snap;
  }

  /** Publishes a revision into channels; devices find it at their next refresh. */
  release(name: string, revision: number, channels: readonly string[], about: Partial<StoreRevision> = {}): void {
    const snap = this.snaps.get(name);
    if (!snap) throw new Error(`cannot release snap ${JSON.stringify(name)}: the store does not have it`);
    const known = snap.revisions.get(revision);
    const fallback = { version: String(revision), sizeBytes: DEFAULT_SIZE_BYTES };
    snap.revisions.set(revision, { ...fallback, ...known, ...about });
    for (const channel of channels) snap.channels.set(fullChannel(channel), revision);
  }

  addAccount(account: StoreAccount): void {
    this.accounts.set(account.id, account);
  }

  /** The account of an id; one that was not added is called by its id. */
  account(id: string): StoreAccount {
    return this.accounts.get(id) ?? { id, username: id, displayName: id, validation: 'unproven' };
  }

  /** A cohort of a snap as its channels are now: who follows it sees no later release. @returns its key */
  createCohort(name: string): string {
    const key = Buffer.from(`1 ${name} ${this.cohorts.size + 1}`).toString('base64');
    this.cohorts.set(key, { name, channels: new Map(this.snaps.get(name)?.channels) });
    return key;
  }

  /** A snap as a device sees it that follows a cohort, or none. */
  seenBy(snap: StoreSnap, cohort: string | undefined): StoreSnap {
    const found = cohort === undefined ? undefined : this.cohorts.get(cohort);
    return found?.name === snap.name ? { ...snap, channels: found.channels } : snap;
  }

  addValidationSet(assertion: ValidationSetAssertion): void {
    const key = `${assertion.accountId}/${assertion.name}`;
    const sequences = this.sets.get(key) ?? new Map<number, ValidationSetAssertion>();
    sequences.set(assertion.sequence, assertion);
    this.sets.set(key, sequences);
  }

  /** Snaps whose name or summary has the words in it; all without any. */
  search(words: string): StoreSnap[] {
    return [...this.snaps.values()].filter(({ name, summary }) => name.includes(words) || summary.includes(words));
  }

  snap(name: string): StoreSnap | undefined {
    return this.snaps.get(name);
  }

  /** The set at a sequence, or its latest one. */
  validationSet(accountId: string, name: string, sequence?: number): ValidationSetAssertion | undefined {
    const sequences = this.sets.get(`${accountId}/${name}`);
    if (!sequences) return undefined;
    return sequences.get(sequence ?? Math.max(...sequences.keys()));
  }
}

/** Revision a channel gives: its own, or the one of the next stabler risk of the track. */
export function channelRevision(snap: StoreSnap, channel: string): number | undefined {
  const [track = 'latest', risk = 'stable'] = fullChannel(channel).split('/');
  const exact = snap.channels.get(fullChannel(channel));
  if (exact !== undefined) return exact;
  for (let at = RISKS.indexOf(risk); at >= 0; at--) {
    const revision = snap.channels.get(`${track}/${RISKS[at]}`);
    if (revision !== undefined) return revision;
  }
  return undefined;
}

/** `edge` → `latest/edge`, `24` → `24/stable`; `base` gives the track or risk that is left out. */
export function fullChannel(channel: string, base = 'latest/stable'): string {
  const parts = channel.split('/');
  const [baseTrack = 'latest', baseRisk = 'stable'] = base.split('/');
  if (parts[0] === undefined || parts[0] === '') return `${baseTrack}/${baseRisk}`;
  if (RISKS.includes(parts[0])) return [baseTrack, ...parts].join('/');
  return parts.length === 1 ? `${parts[0]}/${baseRisk}` : channel;
}

/** Text of the refusal of a channel name, or undefined when it is one. */
export function channelError(channel: string): string | undefined {
  const parts = channel.split('/');
  if (parts.length > 3) return `channel name has too many components: ${channel}`;
  if (parts.length === 3 && !RISKS.includes(parts[1] ?? '')) return `invalid risk in channel name: ${channel}`;
  if (parts.length === 2 && !RISKS.includes(parts[0] ?? '') && !RISKS.includes(parts[1] ?? '')) {
    return `invalid risk in channel name: ${channel}`;
  }
  return undefined;
}

const snapIdOf = (name: string): string =>
  createHash('sha256').update(name).digest('base64').replace(/[+/=]/g, 'x').slice(0, 32);
