import type { Lack, Unmet } from './unmet';

/** What has to happen to one snap or component so that sets are met. */
export type Action = (
  | {
      kind: 'install';
      /** What its channel has when absent. */
      revision?: string | undefined;
    }
  | { kind: 'refresh'; from: string; to: string }
  | {
      kind: 'remove';
      /** The revision that goes. */
      from: string;
    }
) & {
  snap: string;
  /** Absent when it is about the snap itself. */
  component?: string;
};

/**
 * What has to happen, snaps before components and removals first; nothing for what is as it should be. Components of a
 * snap that goes go with it.
 */
export function actionsFor({ snaps, components }: Unmet): Action[] {
  const gone = new Set(snaps.invalid.map(({ snap }) => snap));
  const left = (lacks: readonly Lack[]): Lack[] => lacks.filter(({ snap }) => !gone.has(snap));
  return [
    ...snaps.invalid.map(removal),
    ...left(components.invalid).map(removal),
    ...[...snaps.missing, ...snaps.wrongRevision].map(arrival),
    ...[...left(components.missing), ...left(components.wrongRevision)].map(arrival),
  ];
}

const aboutOf = ({ snap, component }: Lack): Pick<Action, 'snap' | 'component'> => ({
  snap,
  ...(component !== undefined && { component }),
});

const removal = (lack: Lack): Action => ({ kind: 'remove', ...aboutOf(lack), from: lack.found ?? '' });

function arrival(lack: Lack): Action {
  const { wanted, found } = lack;
  if (found === undefined || wanted === undefined) {
    return { kind: 'install', ...aboutOf(lack), ...(wanted !== undefined && { revision: wanted }) };
  }
  return { kind: 'refresh', ...aboutOf(lack), from: found, to: wanted };
}
