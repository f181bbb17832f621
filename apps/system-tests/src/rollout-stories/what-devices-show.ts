import type { SimulatedDevice } from '@corefleet/testing/closed-loop-fleet';

/** What a device shows of the set and the snaps that the stories move. */
export interface Shown {
  /** Sequence at which `acme/base` is pinned. */
  readonly pinnedAt: number | undefined;
  readonly valid: boolean | undefined;
  /** Installed revisions. */
  readonly app: string | undefined;
  readonly telemetry: string | undefined;
}

/** As it left the factory, and after the set moved. */
export const AT_13: Shown = { pinnedAt: 13, valid: true, app: '41', telemetry: '7' };
export const AT_14: Shown = { pinnedAt: 14, valid: true, app: '42', telemetry: '8' };

/** Asks the device's snapd itself: no row of ours takes part. */
export async function shownBy({ client }: SimulatedDevice): Promise<Shown> {
  const sets = await client.validationSets.list();
  const snaps = await client.snaps.list();
  const base = sets.find(({ name }) => name === 'base');
  const revisionOf = (wanted: string): string | undefined => snaps.find(({ name }) => name === wanted)?.revision;
  return {
    pinnedAt: base?.['pinned-at'],
    valid: base?.valid,
    app: revisionOf('acme-app'),
    telemetry: revisionOf('acme-telemetry'),
  };
}
