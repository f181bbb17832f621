import { createHash } from 'node:crypto';
import type { Device } from '../device/device';
import { formatTime } from '../go-time';
import type { JsonObject } from '../http/request';
import { revisionText, snapInfo } from '../snaps/local-snaps';

/** What was saved of one snap. */
export interface Snapshot {
  snap: string;
  revision: string;
  version: string;
  summary: string;
  timeNs: bigint;
  conf?: JsonObject;
  sizeBytes: number;
  auto?: boolean;
}

/** The snapshot sets of one device. */
export class Snapshots {
  readonly sets = new Map<number, Snapshot[]>();
  private lastSet = 0;

  /** Number of a new set; given out even when nothing is saved in it (✔). */
  nextSet(): number {
    return ++this.lastSet;
  }

  add(set: number, snapshot: Snapshot): void {
    const others = (this.sets.get(set) ?? []).filter((other) => other.snap !== snapshot.snap);
    this.sets.set(set, [...others, snapshot]);
  }

  /** Takes a snap out of a set; a set without any is gone. @returns what was taken out */
  take(set: number, snap: string): Snapshot | undefined {
    const all = this.sets.get(set) ?? [];
    const left = all.filter((other) => other.snap !== snap);
    if (left.length > 0) this.sets.set(set, left);
    else this.sets.delete(set);
    return all.find((other) => other.snap === snap);
  }
}

// A snap's data is its configuration here; archives of nothing are of this size.
const EMPTY_BYTES = 246;

/** What saving a snap now gives. */
export function snapshotOf(device: Device, snap: string): Snapshot {
  const installed = device.snaps.get(snap);
  const info = snapInfo(device, snap);
  const conf = device.conf.get(snap);
  return {
    snap,
    revision: revisionText(installed?.revision ?? 0),
    version: info?.version ?? '',
    summary: '',
    timeNs: device.clock.nowNs(),
    ...(conf && Object.keys(conf).length > 0 && { conf }),
    sizeBytes: EMPTY_BYTES + JSON.stringify(conf ?? {}).length - 2,
  };
}

/** A snapshot as GET /v2/snapshots shows it, within its set. */
export function snapshotJson(set: number, snapshot: Snapshot): Record<string, unknown> {
  const digest = createHash('sha3-384')
    .update(JSON.stringify(snapshot.conf ?? {}))
    .digest('hex');
  return {
    set,
    time: formatTime(snapshot.timeNs),
    snap: snapshot.snap,
    revision: snapshot.revision,
    epoch: { read: [0], write: [0] },
    summary: snapshot.summary,
    version: snapshot.version,
    ...(snapshot.conf && { conf: snapshot.conf }),
    'sha3-384': { 'archive.tgz': digest, 'user/root.tgz': digest },
    size: snapshot.sizeBytes,
    ...(snapshot.auto && { auto: true }),
  };
}
