import type { Gate, Limits, RolloutDoes, RolloutStep, WaveGate, Window } from '@corefleet/contracts/http';
import type { Prisma, Transaction } from '@corefleet/platform/database';
import type { RolloutFacts } from './rollout-state';
import type { Counts } from './tally';

/** Column `time` of a rollout. */
export interface RolloutTime {
  readonly deadlineSeconds: number;
  readonly attempts: { readonly most: number; readonly backoffSeconds: number };
  readonly catchUp: 'run-when-back' | 'latest-only' | 'skip-if-late';
  readonly window?: Window;
}

type Stored = Prisma.RolloutGetPayload<{ include: { waves: true } }>;

/** A rollout with its waves, its JSON columns as the API wrote them. */
export type RolloutRow = Omit<Stored, 'does' | 'steps' | 'limits' | 'gate' | 'time' | 'waves'> & {
  readonly does: RolloutDoes;
  readonly steps: readonly RolloutStep[];
  readonly limits: Limits;
  readonly gate: Gate;
  readonly time: RolloutTime;
  readonly waves: readonly WaveRow[];
};

export type WaveRow = Omit<Stored['waves'][number], 'gate' | 'counts'> & {
  readonly gate: WaveGate;
  readonly counts: Counts;
};

/**
 * Takes the lock of the rollout's row, so that nobody else moves it or its targets until the transaction ends, and reads
 * it as it is then.
 * @returns undefined when there is no such rollout
 */
export async function lockRollout(tx: Transaction, id: string): Promise<RolloutRow | undefined> {
  await tx.$queryRaw`SELECT FROM rollouts WHERE id = ${id}::uuid FOR UPDATE`;
  return readRollout(tx, id);
}

/**
 * As `lockRollout`, for who can come again: it waits for nobody.
 * @returns 'taken' while somebody else has the lock
 */
export async function tryLockRollout(tx: Transaction, id: string): Promise<RolloutRow | 'taken' | undefined> {
  const [found] = await tx.$queryRaw<{ locked: boolean; exists: boolean }[]>`
    WITH locked AS MATERIALIZED (SELECT FROM rollouts WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED)
    SELECT EXISTS (SELECT FROM locked) AS locked, EXISTS (SELECT FROM rollouts WHERE id = ${id}::uuid) AS exists`;
  if (!found?.exists) return undefined;
  return found.locked ? readRollout(tx, id) : 'taken';
}

/** For who holds its lock, after targets have moved. */
export async function readRollout(tx: Transaction, id: string): Promise<RolloutRow | undefined> {
  const row = await tx.rollout.findUnique({ where: { id }, include: { waves: { orderBy: { number: 'asc' } } } });
  return row ? (row as unknown as RolloutRow) : undefined;
}

export const factsOf = (rollout: RolloutRow, now: Date): RolloutFacts => ({ ...rollout, now });

/** Which phase a rollout gives commands in now. */
export const phaseOf = ({ status }: Pick<RolloutRow, 'status'>): 'apply' | 'rollback' =>
  status === 'rolling-back' ? 'rollback' : 'apply';

/** Why targets of the phase are given no further command, in words; undefined while they are. */
export function overWords({ status, expiresAt }: RolloutRow, phase: string, now: Date): string | undefined {
  if (status === 'rolling-back') return phase === 'rollback' ? undefined : 'the rollout is rolled back';
  if (status !== 'running' && status !== 'paused') return `the rollout is ${status}`;
  return expiresAt && expiresAt <= now ? 'the rollout has expired' : undefined;
}
