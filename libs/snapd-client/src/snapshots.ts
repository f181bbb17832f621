import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { toFile, type SnapdFile } from './file-answer';
import { snapdPath, withQuery } from './path';
import { toRow, toRows, type RequiredFields } from './rows';

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
  /** Digest of each archive, by its name. */
  'sha3-384'?: Record<string, string>;
  /** Bytes. */
  size?: number;
  auto?: boolean;
  broken?: string;
  conf?: Record<string, unknown>;
  /** What was left out when it was taken. */
  options?: { exclude?: string[] };
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

  /**
   * The set as an archive, to be streamed. The set is busy until the content was read or left.
   * @throws SnapdError status 404 without kind for an unknown set
   */
  async export(set: number, options: CallOptions = {}): Promise<SnapdFile> {
    const path = snapdPath('snapshots', String(set), 'export');
    const request = { method: 'GET', path, dedicatedConnection: true } as const;
    const response = await this.caller.open(request, SNAPSHOT_CONTENT_TYPE, options);
    return toFile(response, this.caller.timeoutMs(request, options));
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
