import type { CallOptions, SnapdCaller } from './caller';
import { toRow } from './rows';

/** Asks the store for cohorts. */
export class Cohorts {
  constructor(private readonly caller: SnapdCaller) {}

  /** A new cohort key per snap. Each call makes new ones. */
  async create(snaps: readonly string[], options?: CallOptions): Promise<Record<string, string>> {
    const request = { method: 'POST', path: '/v2/cohorts', json: { action: 'create', snaps } } as const;
    const result = await this.caller.sync(request, options);
    return toRow<Record<string, string>>(result, {}, { method: 'POST', path: request.path });
  }
}
