/** How a set is tracked; mode null: it is not. */
export interface Tracking {
  readonly mode: string | null;
  readonly pinnedAt: number | null;
}

/** A set that a device shows otherwise than our last command left it. */
export interface Drift {
  /** When it was first told so, at the latest. */
  readonly since: Date;
  readonly left: Tracking;
  readonly shows: Tracking;
  /** The command that left it so, and its rollout where it had one. */
  readonly commandId: string;
  readonly rolloutId: string | null;
  /** `pinned at 14, shows 13` */
  readonly words: string;
}

/** Pure: the difference for people. */
export function driftWords(left: Tracking, shows: Tracking): string {
  if (left.mode !== null && left.mode === shows.mode) return `${trackingWords(left)}, shows ${pinWords(shows)}`;
  return `${left.mode === null ? 'forgotten' : `${left.mode}, ${trackingWords(left)}`}, shows ${modeWords(shows)}`;
}

const trackingWords = ({ pinnedAt }: Tracking): string => (pinnedAt === null ? 'not pinned' : `pinned at ${pinnedAt}`);
const pinWords = ({ pinnedAt }: Tracking): string => (pinnedAt === null ? 'no pin' : String(pinnedAt));
const modeWords = (shows: Tracking): string =>
  shows.mode === null ? 'nothing' : `${shows.mode}, ${trackingWords(shows)}`;
