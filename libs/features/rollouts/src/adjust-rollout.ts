import { isDeepStrictEqual } from 'node:util';
import type { AdjustRolloutRequest, Gate, Limits, Window } from '@corefleet/contracts/http';
import { InvalidRequestError } from '@corefleet/platform/errors';
import type { RolloutTime } from './rollout-row';

/** What of a rollout may change while it runs. */
export interface Adjustable {
  readonly limits: Limits;
  readonly gate: Gate;
  readonly priority: number;
  readonly window: Window | null;
  readonly expireAfterSeconds: number;
}

/** Before and after of what really changes, member by member; undefined when nothing does. */
export interface Adjustment {
  readonly adjusted: Adjustable;
  readonly before: Partial<Adjustable>;
  readonly after: Partial<Adjustable>;
}

export const adjustableOf = (row: Omit<Adjustable, 'window'> & { readonly time: RolloutTime }): Adjustable => {
  const { limits, gate, priority, expireAfterSeconds, time } = row;
  return { limits, gate, priority, window: time.window ?? null, expireAfterSeconds };
};

/** Pure: what a request makes of it. Members of limits and gate that it does not name stay. */
export function adjust(current: Adjustable, asked: AdjustRolloutRequest): Adjustment | undefined {
  const adjusted: Adjustable = {
    limits: { ...current.limits, ...asked.limits },
    gate: { ...current.gate, ...asked.gate },
    priority: asked.priority ?? current.priority,
    window: asked.window === undefined ? current.window : asked.window,
    expireAfterSeconds: asked.expireAfterSeconds ?? current.expireAfterSeconds,
  };
  const names = Object.keys(adjusted) as (keyof Adjustable)[];
  const changed = names.filter((name) => !isDeepStrictEqual(current[name], adjusted[name]));
  if (changed.length === 0) return undefined;
  const pick = (from: Adjustable): Partial<Adjustable> =>
    Object.fromEntries(changed.map((name) => [name, from[name]])) as Partial<Adjustable>;
  return { adjusted, before: pick(current), after: pick(adjusted) };
}

/** When it expires; it must not have already. @throws InvalidRequestError */
export function expiryOf(startedAt: Date | null, expireAfterSeconds: number, now: Date): Date | null {
  if (startedAt === null) return null;
  const expiresAt = new Date(startedAt.getTime() + expireAfterSeconds * 1000);
  if (expiresAt > now) return expiresAt;
  const message = `counts from its start at ${startedAt.toISOString()}: that is over, stop it instead`;
  throw new InvalidRequestError(`cannot adjust rollout: expireAfterSeconds ${message}`, [
    { field: 'expireAfterSeconds', message },
  ]);
}
