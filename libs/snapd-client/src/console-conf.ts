import type { CallOptions, SnapdCaller } from './caller';
import { toRow } from './rows';

/** Automatic refreshes to wait for; both absent when there are none. */
export interface ActiveAutoRefreshes {
  /** Ids of changes. */
  'active-auto-refreshes'?: string[];
  'active-auto-refresh-snaps'?: string[];
}

/** What the first-boot dialogue of Ubuntu Core asks of snapd. */
export class ConsoleConf {
  constructor(private readonly caller: SnapdCaller) {}

  /** Puts automatic refreshes off for 20 minutes and tells which are running already. May be repeated. */
  async start(options?: CallOptions): Promise<ActiveAutoRefreshes> {
    const request = { method: 'POST', path: '/v2/internal/console-conf-start', json: {} } as const;
    const result = await this.caller.sync(request, options);
    return toRow<ActiveAutoRefreshes>(result, {}, { method: 'POST', path: request.path });
  }
}
