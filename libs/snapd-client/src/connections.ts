import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { withQuery } from './path';
import { toRow, toRows } from './rows';

/** One end of a connection. */
export interface PlugRef {
  snap: string;
  plug: string;
}

/** The other end. */
export interface SlotRef {
  snap: string;
  slot: string;
}

/** An established or undesired connection (snapd client/connections.go). */
export interface Connection {
  plug: PlugRef;
  slot: SlotRef;
  interface?: string;
  manual?: boolean;
  gadget?: boolean;
  'plug-attrs'?: Record<string, unknown>;
  'slot-attrs'?: Record<string, unknown>;
}

/** Connections and their ends. */
export interface ConnectionList {
  established: Connection[];
  /** Disconnected by hand, so not connected again by snapd. */
  undesired: Connection[];
  plugs: (PlugRef & Record<string, unknown>)[];
  slots: (SlotRef & Record<string, unknown>)[];
}

/** Which connections to list. */
export interface ConnectionFilter {
  /** Also plugs and slots without a connection. */
  select?: 'all';
  snap?: string;
  interface?: string;
}

/** What to connect or disconnect: one plug and one slot (snapd refuses more with 501). */
export interface ConnectAction {
  plug: PlugRef;
  slot: SlotRef;
}

/** Reads and changes connections of interfaces. */
export class Connections {
  constructor(private readonly caller: SnapdCaller) {}

  async list(filter: ConnectionFilter = {}, options?: CallOptions): Promise<ConnectionList> {
    const path = withQuery('/v2/connections', {
      select: filter.select,
      snap: filter.snap,
      interface: filter.interface,
    });
    const request = { method: 'GET', path };
    const result = toRow<Record<keyof ConnectionList, unknown>>(await this.caller.get(path, options), {}, request);
    return {
      established: toRows<Connection>(result.established, {}, request),
      undesired: toRows<Connection>(result.undesired, {}, request),
      plugs: toRows<PlugRef & Record<string, unknown>>(result.plugs, { snap: 'string', plug: 'string' }, request),
      slots: toRows<SlotRef & Record<string, unknown>>(result.slots, { snap: 'string', slot: 'string' }, request),
    };
  }

  /** Interfaces with their summary; `all` also those without plugs and slots. */
  async interfaces(select: 'all' | 'connected' = 'all', options?: CallOptions): Promise<Record<string, unknown>[]> {
    const path = withQuery('/v2/interfaces', { select });
    return toRows<Record<string, unknown>>(await this.caller.get(path, options), {}, { method: 'GET', path });
  }

  /** Connecting what is connected is accepted and Done at once. */
  connect(ends: ConnectAction, options?: CallOptions): Promise<AsyncAnswer> {
    const json = { action: 'connect', plugs: [ends.plug], slots: [ends.slot] };
    return this.caller.start({ method: 'POST', path: '/v2/interfaces', json }, options);
  }

  /**
   * @param how `forget` also forgets that the user once connected or disconnected it
   * @throws SnapdError kind interfaces-unchanged when there is nothing to disconnect
   */
  disconnect(ends: ConnectAction, how: { forget?: boolean } = {}, options?: CallOptions): Promise<AsyncAnswer> {
    const json = { action: 'disconnect', plugs: [ends.plug], slots: [ends.slot], ...how };
    return this.caller.start({ method: 'POST', path: '/v2/interfaces', json }, options);
  }
}
