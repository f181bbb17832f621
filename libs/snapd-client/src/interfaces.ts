import type { CallOptions, SnapdCaller } from './caller';
import type { PlugRef, SlotRef } from './connections';
import { withQuery } from './path';
import { toRow, toRows, type RequiredFields } from './rows';

/** A plug with what it is connected to. */
export interface Plug extends PlugRef {
  interface?: string;
  attrs?: Record<string, unknown>;
  apps?: string[];
  label?: string;
  connections?: SlotRef[];
}

/** A slot with what it is connected to. */
export interface Slot extends SlotRef {
  interface?: string;
  attrs?: Record<string, unknown>;
  apps?: string[];
  label?: string;
  connections?: PlugRef[];
}

/** An interface that snapd knows. Its plugs and slots lack their `interface`, `apps` and `connections`. */
export interface SnapdInterface {
  name: string;
  summary?: string;
  'doc-url'?: string;
  plugs?: Plug[];
  slots?: Slot[];
}

/** Which interfaces, and how much of each. */
export interface InterfaceFilter {
  /** `all`, unless told to leave out those without a connection. */
  select?: 'all' | 'connected';
  names?: readonly string[];
  /** With the address of its documentation. */
  doc?: boolean;
  plugs?: boolean;
  slots?: boolean;
}

/** Every plug and slot of the device, in the form snapd had before it had /v2/connections. */
export interface LegacyInterfaces {
  plugs: Plug[];
  slots: Slot[];
}

const interfaceFields: RequiredFields<SnapdInterface> = { name: 'string' };
const plugFields: RequiredFields<Plug> = { snap: 'string', plug: 'string' };
const slotFields: RequiredFields<Slot> = { snap: 'string', slot: 'string' };

/** Reads what interfaces there are. Connecting them is in Connections. */
export class Interfaces {
  constructor(private readonly caller: SnapdCaller) {}

  async list(filter: InterfaceFilter = {}, options?: CallOptions): Promise<SnapdInterface[]> {
    const path = withQuery('/v2/interfaces', {
      select: filter.select ?? 'all',
      names: filter.names,
      doc: filter.doc,
      plugs: filter.plugs,
      slots: filter.slots,
    });
    return toRows<SnapdInterface>(await this.caller.get(path, options), interfaceFields, { method: 'GET', path });
  }

  /** The answer without `select`. */
  async legacy(options?: CallOptions): Promise<LegacyInterfaces> {
    const request = { method: 'GET', path: '/v2/interfaces' };
    const result = toRow<Record<keyof LegacyInterfaces, unknown>>(
      await this.caller.get(request.path, options),
      {},
      request,
    );
    return {
      plugs: toRows<Plug>(result.plugs, plugFields, request),
      slots: toRows<Slot>(result.slots, slotFields, request),
    };
  }
}
