import type { Transaction } from '@corefleet/platform/database';
import { candidates, type CandidateRow } from './candidates';
import { changeTargets, type Transition } from './change-targets';
import { look, withRoom, type Look } from './claims';
import { giveCommands, type Given } from './give-commands';
import { claimedWaves, lockFleet, lockSites, siteRoom, slotsOf, spendCredit } from './room';
import { factsOf, tryLockRollout, type RolloutRow, type WaveRow } from './rollout-row';
import { decide } from './rollout-state';
import type { Services } from './services';
import { supersededBy } from './superseded';
import { SYSTEM } from './system-actor';
import { NEVER, isTouched, type TargetState } from './target-state';
import { windowsAt } from './windows';

/** Devices looked at in one transaction, some more than there are slots for those that are away: a big wave is claimed in several. */
const LOOKED_AT = { least: 100, perSlot: 1.2, most: 500 };

type Seen = CandidateRow & { readonly look: Look };

/** What a claim did: nothing at all when there is nothing to do but wait. */
export interface Claimed {
  readonly given: readonly Given[];
  /** Targets that it moved, or put off. */
  readonly moved: number;
}

const NOTHING: Claimed = { given: [], moved: 0 };

/**
 * Gives commands to targets that may start now, and says of the others what they wait for. Locks the limits row of the
 * fleet, the rollout's row and the limits rows of sites, in that order, and only then counts and claims: of two claims at
 * once the second sees what the first has given, so no bound is exceeded.
 * @returns 'taken' when somebody else has the rollout's row: the fleet does not wait for them
 */
export async function claimTargets(
  tx: Transaction,
  services: Services,
  rolloutId: string,
  now: Date,
): Promise<Claimed | 'taken'> {
  const fleet = await lockFleet(tx);
  const rollout = await tryLockRollout(tx, rolloutId);
  if (rollout === 'taken') return 'taken';
  if (!rollout || decide(factsOf(rollout, now)).kind !== 'claim') return NOTHING;
  const slots = await slotsOf(tx, fleet, rollout, now);
  if (slots === 0) return NOTHING;
  const sites = await siteRoom(tx, rollout, await lockSites(tx));
  const seen = await lookAtThem(tx, rollout, { slots, fullSites: sites.full, now });
  const starts = withRoom(seen.filter(mayStart), { slots, atSite: (site) => sites.atSite(site) });
  const given = await giveCommands(tx, services.ids, rollout, starts.map(wantedBy), now);
  await spendCredit(tx, fleet, rollout, given.size, now);
  const transitions = [
    ...starts.map((row) => ({ ...row, before: row, after: started(row, given.get(row.deviceId), now) })),
    ...seen.filter((row) => !mayStart(row)).map((row) => ({ ...row, before: row, after: putOff(row, now) })),
  ] satisfies Transition[];
  await changeTargets(tx, services.audit, { rolloutId, actor: SYSTEM, transitions, now });
  return { given: [...given.values()], moved: transitions.length };
}

async function lookAtThem(
  tx: Transaction,
  rollout: RolloutRow,
  { slots, fullSites, now }: { slots: number; fullSites: readonly string[]; now: Date },
): Promise<Seen[]> {
  const waves = claimedWaves(rollout);
  const passed = rollout.waves.filter(({ status }) => status === 'passed').map(numberOf);
  const limit = Math.min(LOOKED_AT.most, Math.max(LOOKED_AT.least, Math.ceil(slots * LOOKED_AT.perSlot)));
  const rows = await candidates(tx, { rolloutId: rollout.id, waves, passed, fullSites, limit, now });
  const rules = { now, catchUp: rollout.time.catchUp, expiresAt: rollout.expiresAt ?? NEVER };
  const late = rows.filter(({ wavePassed, cause }) => wavePassed && cause === 'offline');
  const newer =
    rules.catchUp === 'latest-only' ? await supersededBy(tx, rollout, late.map(idOf)) : new Map<string, string>();
  const windowOf = windowsAt(rollout.time.window, now);
  return rows.map((row) => {
    const facts = { ...row, supersededBy: newer.get(row.deviceId) ?? null, window: windowOf(row.timeZone) };
    return { ...row, look: look(facts, rules) };
  });
}

const numberOf = ({ number }: WaveRow): number => number;

const idOf = ({ deviceId }: CandidateRow): string => deviceId;

type Starting = CandidateRow & { readonly look: Extract<Look, { kind: 'claim' }> };

const mayStart = (seen: Seen): seen is Starting => seen.look.kind === 'claim';

const wantedBy = (row: Starting) => ({ ...row, attempt: row.attempt + 1, validUntil: row.look.validUntil });

function started(row: CandidateRow, command: Given | undefined, now: Date): TargetState {
  if (!command) return leftOut(row, 'not-enrolled', null, now);
  const attempt = row.attempt + 1;
  const offered = { ...row, state: 'offered', cause: null, message: null, attempt, commandId: command.id };
  return { ...offered, offeredAt: now, notBefore: NEVER };
}

function putOff(row: Seen, now: Date): TargetState {
  const { look: seen } = row;
  if (seen.kind === 'skip') return leftOut(row, seen.cause, seen.message, now);
  if (seen.kind === 'claim') return row;
  // A retry that has to wait for something else still says why it is one.
  const message = seen.message ?? (row.cause === 'retry' ? row.message : null);
  return { ...row, state: 'waiting', cause: seen.cause, message, notBefore: seen.notBefore };
}

/** One whose device was changed before, or whose change cannot be taken back, has failed. */
function leftOut(row: CandidateRow, cause: string, message: string | null, now: Date): TargetState {
  const state = isTouched(row) || row.phase === 'rollback' ? 'failed' : 'skipped';
  return { ...row, state, cause, message, finishedAt: now, notBefore: NEVER };
}
