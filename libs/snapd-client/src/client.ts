import { SnapdCaller, type CallerOptions } from './caller';
import { Changes } from './changes';
import { Notices } from './notices';
import type { SnapdTransport } from './transport';

/** The whole of snapd's API, one property per resource. */
export class SnapdClient {
  readonly changes: Changes;
  readonly notices: Notices;
  private readonly caller: SnapdCaller;

  constructor(transport: SnapdTransport, options?: CallerOptions) {
    const caller = new SnapdCaller(transport, options);
    this.caller = caller;
    this.changes = new Changes(caller);
    this.notices = new Notices(caller);
  }

  /** Closes the transport; requests in flight are rejected with SnapdUnreachableError, reason `closed`. */
  close(): void {
    this.caller.close();
  }
}
