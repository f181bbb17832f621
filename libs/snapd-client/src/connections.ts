import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import type { Plug, Slot } from './interfaces';
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
  plugs: Plug[];
  slots: Slot[];
}

/** Which connections to list. */
export interface ConnectionFilter {
  /** Also plugs and slots without a connection. */
  select?: 'all';
  snap?: string;
  interface?: string;
}

/**
 * What to connect or disconnect: one plug and one slot (snapd refuses more with 501). An empty name means the one that
 * fits: to connect, the slot's snap and name, which are then the system's; to disconnect, one of the sides whole.
 */
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
      plugs: toRows<Plug>(result.plugs, { snap: 'string', plug: 'string' }, request),
      slots: toRows<Slot>(result.slots, { snap: 'string', slot: 'string' }, request),
    };
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
