import type { Device } from '../device/device';
import type { SnapFile } from '../snap-files/read-snap';
import type { EndInfo, SnapInfo } from '../snap-files/snap-info';
import type { StoreSnap } from './store';

/** Revisions that came from files: snapd counts them x1, x2 …; here they are negative numbers, as inside snapd. */
export class LocalSnaps {
  private readonly files = new Map<string, Map<number, SnapFile>>();

  /** Keeps a file as the snap's next local revision and returns that. */
  add(name: string, file: SnapFile): number {
    const revisions = this.files.get(name) ?? new Map<number, SnapFile>();
    const revision = Math.min(0, ...revisions.keys()) - 1;
    this.files.set(name, revisions.set(revision, file));
    return revision;
  }

  get(name: string, revision: number): SnapFile | undefined {
    return this.files.get(name)?.get(revision);
  }

  /** Forgets a revision; a snap without any starts at x1 again. */
  remove(name: string, revision: number): void {
    const revisions = this.files.get(name);
    revisions?.delete(revision);
    if (revisions?.size === 0) this.files.delete(name);
  }
}

/** `x1` for a local revision, `unset` for one not known yet (§8.1). */
export function revisionText(revision: number): string {
  if (revision === 0) return 'unset';
  return revision < 0 ? `x${-revision}` : String(revision);
}

/** What an installed snap is made of, at its present revision or another one; undefined when nothing is known of it. */
export function snapInfo(device: Device, name: string, revision?: number): SnapInfo | undefined {
  const at = revision ?? device.snaps.get(name)?.revision ?? 0;
  if (at < 0) return device.parts.peek(LocalSnaps)?.get(name, at)?.info;
  const snap = device.store.snap(name);
  return snap && storeInfo(snap, at);
}

/** What the store says about a revision, in the shape of a snap's own metadata. */
export function storeInfo(snap: StoreSnap, revision: number): SnapInfo {
  const about = snap.revisions.get(revision);
  return {
    name: snap.name,
    id: snap.id,
    type: snap.type,
    ...(snap.base !== undefined && { base: snap.base }),
    publisher: snap.publisher,
    version: about?.version ?? String(revision),
    summary: snap.summary,
    description: snap.summary,
    confinement: 'strict',
    grade: snap.grade,
    sizeBytes: about?.sizeBytes ?? 0,
    apps: snap.services.map(({ name, daemon }) => ({ name, daemon: daemon ?? 'simple', daemonScope: 'system' })),
    hooks: snap.configureHook ? ['configure'] : [],
    plugs: endsOf(snap, snap.plugs),
    slots: endsOf(snap, snap.slots),
  };
}

const endsOf = (snap: StoreSnap, byName: Readonly<Record<string, string>>): EndInfo[] =>
  Object.entries(byName).map(([name, to]) => ({ name, interface: to, apps: snap.services.map((app) => app.name) }));
