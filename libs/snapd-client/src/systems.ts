import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { multipart, textParts, type FileSource } from './multipart';
import { snapdPath } from './path';
import { toRow, toRows, type RequiredFields } from './rows';
import type { Publisher } from './snap';
import { toSystemDetails, type SystemDetails } from './system-details';

/** What can be done with a system. */
export interface SystemAction {
  title: string;
  /** install, recover, factory-reset or run. */
  mode: string;
}

/** A recovery system in the list (snapd client/systems.go). Booleans are absent when false. */
export interface System {
  label: string;
  /** The one last seeded from, which is not the default recovery system. */
  current?: boolean;
  'default-recovery-system'?: boolean;
  model?: { model?: string; 'brand-id'?: string; 'display-name'?: string };
  brand?: Publisher;
  actions?: SystemAction[];
}

/** What a new recovery system is like. */
export interface CreateSystem {
  /** The task, not the request, checks `^[a-z0-9](?:-?[a-z0-9])*$`. */
  label: string;
  /** `account/name` or `account/name=sequence`. For a set the model lists, the tracked sequence wins silently. */
  'validation-sets'?: string[];
  /** Boots into it once: the device is away for two boots before the change goes on. */
  'test-system'?: boolean;
  'mark-default'?: boolean;
}

/** Files and assertions for a system made without a store. */
export interface SystemFiles {
  /** Texts of assertions, each may hold several; with the other fields at most 1 MiB in all. */
  assertions?: readonly string[];
  /** Snaps and components. */
  snaps: readonly FileSource[];
}

const systemFields: RequiredFields<System> = { label: 'string' };

/** Lists, makes, removes and boots recovery systems. As root only, the list apart. */
export class Systems {
  constructor(private readonly caller: SnapdCaller) {}

  /** Empty on a device without recovery systems (snapd leaves the key out). */
  async list(options?: CallOptions): Promise<System[]> {
    const request = { method: 'GET', path: '/v2/systems' };
    const result = toRow<{ systems?: unknown }>(await this.caller.get(request.path, options), {}, request);
    return toRows<System>(result.systems, systemFields, request);
  }

  /**
   * Slow: snapd checks the disk encryption afresh.
   * @throws SnapdError status 500, not 404, for an unknown label
   */
  async get(label: string, options?: CallOptions): Promise<SystemDetails> {
    const path = snapdPath('systems', label);
    return toSystemDetails(await this.caller.get(path, options), { method: 'GET', path });
  }

  /**
   * The same about the system that is running, which need not be one of the list. snapd 2.68 does not know the question
   * and answers with the list: that is a SnapdGarbageError.
   */
  async running(options?: CallOptions): Promise<SystemDetails> {
    const path = '/v2/systems?running=true';
    return toSystemDetails(await this.caller.get(path, options), { method: 'GET', path });
  }

  /**
   * Makes a recovery system of what the model asks for. Nothing else may be in progress: snapd refuses with status 500
   * and no kind, which isChangeConflict knows. A bad label ends the change in Error. Not idempotent.
   * @param offline uses what the device has and asks no store
   */
  create(system: CreateSystem & { offline?: boolean }, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start({ method: 'POST', path: '/v2/systems', json: { action: 'create', ...system } }, options);
  }

  /** Makes a recovery system of the given files, streamed. Always offline. */
  createFromFiles(system: CreateSystem, files: SystemFiles, options?: CallOptions): Promise<AsyncAnswer> {
    const form = multipart([
      ...textParts({
        action: 'create',
        label: system.label,
        'validation-sets': system['validation-sets']?.join(','), // one comma list: snapd refuses the field twice
        'test-system': system['test-system'],
        'mark-default': system['mark-default'],
      }),
      ...(files.assertions ?? []).map((value) => ({ name: 'assertion', value })),
      ...files.snaps.map((file) => ({ name: 'snap', file })),
    ]);
    return this.caller.start({ method: 'POST', path: '/v2/systems', ...form }, options);
  }

  /** Removing the current, default or last system is accepted and ends the change in Error. */
  async remove(label: string, options?: CallOptions): Promise<AsyncAnswer> {
    return this.caller.start(
      { method: 'POST', path: snapdPath('systems', label), json: { action: 'remove' } },
      options,
    );
  }

  /**
   * Reboots at once, into a system and mode when given: without a label `recover`, `factory-reset` and `install` take
   * the default recovery system, without both it is a plain reboot.
   */
  async reboot(target: { label?: string; mode?: string } = {}, options?: CallOptions): Promise<void> {
    const path = target.label === undefined ? '/v2/systems' : snapdPath('systems', target.label);
    await this.caller.sync({ method: 'POST', path, json: { action: 'reboot', mode: target.mode } }, options);
  }

  /** Does one of a system's actions, normally with a reboot; nothing when the device is already there. */
  async do(label: string, mode: string, options?: CallOptions): Promise<void> {
    await this.caller.sync(
      { method: 'POST', path: snapdPath('systems', label), json: { action: 'do', mode } },
      options,
    );
  }
}
