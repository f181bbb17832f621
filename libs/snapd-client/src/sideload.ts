import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { multipart, textParts, type FileSource } from './multipart';
import type { Transaction } from './snap-actions';

/** How to install local files, in the spelling of the form (snapd daemon/api_sideload_n_try.go). */
export interface SideloadOptions {
  /** Without it each file needs its assertions on the device already. */
  dangerous?: boolean;
  devmode?: boolean;
  jailmode?: boolean;
  classic?: boolean;
  unaliased?: boolean;
  'ignore-running'?: boolean;
  transaction?: Transaction;
  'quota-group'?: string;
  'system-restart-immediate'?: boolean;
  /** Instance name; with a single file only. */
  name?: string;
  /** Name of the component in the file; needs `name`. */
  'component-name'?: string;
}

/** Installs snaps and components from files. */
export class Sideload {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * Streams the files to snapd, which writes them to disk before it starts the change; the time-out counts from the
   * last progress, so a slow disk is fine.
   * @throws SnapdUploadError when a file cannot be read; nothing was started then
   */
  install(files: readonly FileSource[], how: SideloadOptions = {}, options?: CallOptions): Promise<AsyncAnswer> {
    const form = multipart([...textParts(how), ...files.map((file) => ({ name: 'snap', file }))]);
    return this.caller.start({ method: 'POST', path: '/v2/snaps', ...form }, options);
  }

  /** Installs an unpacked snap from a directory of the device. */
  try(directory: string, how: SideloadOptions = {}, options?: CallOptions): Promise<AsyncAnswer> {
    const form = multipart(textParts({ action: 'try', 'snap-path': directory, ...how }));
    return this.caller.start({ method: 'POST', path: '/v2/snaps', ...form }, options);
  }
}
