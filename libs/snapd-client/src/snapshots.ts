import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { snapdPath, withQuery } from './path';
import { toRow, toRows, type RequiredFields } from './rows';
import type { SnapdResponse } from './transport';

/** Data of one snap in a set. */
export interface Snapshot {
  set: number;
  snap: string;
  time?: string;
  revision?: string;
  'snap-id'?: string;
  version?: string;
  summary?: string;
  epoch?: unknown;
  sha3_384?: Record<string, string>;
  /** Bytes. */
  size?: number;
  auto?: boolean;
  broken?: string;
  conf?: Record<string, unknown>;
}

/** A set of snapshots taken together. Taking one is a snap action: `snaps.act({action: 'snapshot'})`. */
export interface SnapshotSet {
  id: number;
  snapshots?: Snapshot[];
}

/** What to do with a set. */
export interface SnapshotAction {
  action: 'check' | 'restore' | 'forget';
  set: number;
  snaps?: string[];
  users?: string[];
}

/** What an import brought. */
export interface ImportedSnapshots {
  'set-id': number;
  snaps?: string[];
}

const SNAPSHOT_CONTENT_TYPE = 'application/x.snapd.snapshot';
const setFields: RequiredFields<SnapshotSet> = { id: 'number' };

/** Reads, restores, forgets, exports and imports snapshot sets. */
export class Snapshots {
  constructor(private readonly caller: SnapdCaller) {}

  async list(filter: { set?: number; snaps?: readonly string[] } = {}, options?: CallOptions): Promise<SnapshotSet[]> {
    const path = withQuery('/v2/snapshots', { set: filter.set, snaps: filter.snaps });
    return toRows<SnapshotSet>(await this.caller.get(path, options), setFields, { method: 'GET', path });
  }

  /** @throws SnapdError status 404 without kind for an unknown set */
  act(action: SnapshotAction, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: '/v2/snapshots', json: action }, options);
  }

  /** The set as an archive, to be streamed; content-length is its size in bytes. */
  export(set: number, options?: CallOptions): Promise<SnapdResponse> {
    const path = snapdPath('snapshots', String(set), 'export');
    return this.caller.open({ method: 'GET', path, dedicatedConnection: true }, SNAPSHOT_CONTENT_TYPE, options);
  }

  /**
   * Imports an exported archive, streamed, under a new set id.
   * @param sizeBytes exact size: snapd wants it announced
   */
  async import(
    archive: AsyncIterable<Uint8Array>,
    sizeBytes: number,
    options?: CallOptions,
  ): Promise<ImportedSnapshots> {
    const headers = { 'content-type': SNAPSHOT_CONTENT_TYPE, 'content-length': String(sizeBytes) };
    const request = { method: 'POST', path: '/v2/snapshots', headers, body: archive } as const;
    const result = await this.caller.sync(request, options);
    return toRow<ImportedSnapshots>(result, { 'set-id': 'number' }, { method: 'POST', path: request.path });
  }
}
