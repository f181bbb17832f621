import type { CallOptions, SnapdCaller } from './caller';
import type { SnapdFile } from './file-answer';
import { snapdPath } from './path';

/** Reads the icons of installed snaps. */
export class Icons {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * The icon as it lies in the snap, or as the store gave it.
   * @throws SnapdError kind snap-not-found, or status 404 without kind for a snap without an icon
   */
  async get(snap: string, options?: CallOptions): Promise<SnapdFile> {
    const request = { method: 'GET', path: snapdPath('icons', snap, 'icon'), dedicatedConnection: true } as const;
    return this.caller.file(request, options);
  }
}
