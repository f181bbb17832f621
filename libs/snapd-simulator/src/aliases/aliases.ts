/** What one alias of a snap stands for; both targets are app names. */
export interface AliasTarget {
  manual?: string;
  auto?: string;
}

/** The aliases of one device: by snap, then by alias. */
export class Aliases {
  readonly bySnap = new Map<string, Map<string, AliasTarget>>();
  /** Snaps whose automatic aliases are switched off. */
  readonly autoDisabled = new Set<string>();

  of(snap: string): Map<string, AliasTarget> {
    const found = this.bySnap.get(snap) ?? new Map<string, AliasTarget>();
    this.bySnap.set(snap, found);
    return found;
  }

  /** The snap that has an alias by hand, if any. */
  ownerOfManual(alias: string): string | undefined {
    return [...this.bySnap].find(([, targets]) => targets.get(alias)?.manual !== undefined)?.[0];
  }

  /** A removed snap takes its aliases along. */
  forget(snap: string): void {
    this.bySnap.delete(snap);
    this.autoDisabled.delete(snap);
  }
}
