import type { FactorySystem } from '../options';

/** A recovery system on the device's seed. */
export interface RecoverySystem {
  label: string;
  /** false while its test boot has not been finalised. */
  ready: boolean;
  /** Text of the model the system installs. */
  model: string;
}

/** The recovery systems of one device. */
export class RecoverySystems {
  private readonly systems = new Map<string, RecoverySystem>();
  /** The system the device was installed from or last seeded. */
  current: string | undefined;
  /** The one used when no label is given. */
  defaultLabel: string | undefined;
  /** Labels whose test boot came up (snapd's tried-systems). */
  readonly tried = new Set<string>();

  constructor(factory: readonly FactorySystem[], model: string) {
    for (const { label, current, default: isDefault } of factory) {
      this.systems.set(label, { label, ready: true, model });
      if (current) this.current = label;
      if (isDefault) this.defaultLabel = label;
    }
  }

  /** The device was installed anew from a system: the seed is still there, what the device made of it is not. */
  installedFrom(label: string | undefined): void {
    this.current = label;
    this.defaultLabel = label;
    this.tried.clear();
    for (const system of this.systems.values()) if (!system.ready) this.systems.delete(system.label);
  }

  get(label: string): RecoverySystem | undefined {
    return this.systems.get(label);
  }

  list(): RecoverySystem[] {
    return [...this.systems.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
  }

  add(system: RecoverySystem): void {
    this.systems.set(system.label, system);
  }

  remove(label: string): void {
    this.systems.delete(label);
  }
}
