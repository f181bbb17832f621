import type { CallOptions, SnapdCaller } from './caller';
import { withQuery } from './path';
import { toRows, type RequiredFields } from './rows';

/** Something snapd wants a person to know. Warnings raise no notices: `warning-count` of any answer tells. */
export interface Warning {
  message: string;
  'first-added'?: string;
  'last-added'?: string;
  'last-shown'?: string;
  /** Go durations, normally 672h0m0s and 24h0m0s. */
  'expire-after'?: string;
  'repeat-after'?: string;
}

const warningFields: RequiredFields<Warning> = { message: 'string' };

/** Reads and acknowledges warnings. */
export class Warnings {
  constructor(private readonly caller: SnapdCaller) {}

  /** Pending ones unless told otherwise. */
  async list(filter: { select?: 'all' | 'pending' } = {}, options?: CallOptions): Promise<Warning[]> {
    const path = withQuery('/v2/warnings', { select: filter.select });
    return toRows<Warning>(await this.caller.get(path, options), warningFields, { method: 'GET', path });
  }

  /**
   * Marks warnings as shown up to `timestamp`, the `warning-timestamp` of an answer. May be repeated.
   * @returns how many were acknowledged
   */
  async okay(timestamp: string, options?: CallOptions): Promise<number> {
    const json = { action: 'okay', timestamp };
    const acknowledged = await this.caller.sync({ method: 'POST', path: '/v2/warnings', json }, options);
    return typeof acknowledged === 'number' ? acknowledged : 0;
  }
}
