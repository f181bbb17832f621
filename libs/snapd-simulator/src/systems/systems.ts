import type { FactorySystem } from '../options';

/** A recovery system on the device's seed. */
export interface RecoverySystem {
  label: string;
  /** false while its test boot has not been finalised. */
  ready: boolean;
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

  constructor(factory: readonly FactorySystem[]) {
    for (const { label, current, default: isDefault } of factory) {
      this.systems.set(label, { label, ready: true });
      if (current) this.current = label;
      if (isDefault) this.defaultLabel = label;
    }
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
