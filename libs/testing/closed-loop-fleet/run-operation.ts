import type { CommandReport } from '@corefleet/contracts/device-protocol';
import { isCutShort, RequirementError, type OperationContext, type PreparedOperation } from '@corefleet/operations';
import {
  isChangeConflict,
  isOutcomeUnknown,
  SnapdError,
  SnapdTimeoutError,
  SnapdUnreachableError,
  type Change,
  type SnapdClient,
} from '@corefleet/snapd-client';

/** How a command ended, as an agent reports it. */
export type End = Omit<CommandReport, 'commandId' | 'changeIds'>;

/** What an operation runs with. */
export interface RunOptions {
  readonly client: SnapdClient;
  readonly context: OperationContext;
  /** Says where the command is, with the changes so far. */
  say(state: CommandReport['state'], changeIds: readonly string[]): void;
  /** @returns once that much time has passed */
  sleep(ms: number): Promise<void>;
  /** Whether the command's deadline has passed. */
  isLate(): boolean;
}

const PAUSE_MS = 5_000;
const VERIFY_TRIES = 3;

/**
 * Runs an operation of the catalogue to its end, as an agent does that never dies: look, ask once, follow the change, read
 * back. It has no journal, so a request of unknown fate ends as `unknown`.
 */
export async function runOperation(
  options: RunOptions,
  operation: PreparedOperation,
): Promise<End & { changeIds: string[] }> {
  const changeIds: string[] = [];
  try {
    return { ...(await toEnd(options, operation, changeIds)), changeIds };
  } catch (error) {
    return { ...endOfError(error), changeIds };
  }
}

async function toEnd(options: RunOptions, operation: PreparedOperation, changeIds: string[]): Promise<End> {
  const { client, context } = options;
  const before = asJson(await whileAway(options, () => operation.observe(client, context)));
  const bootId = await context.readBootId();
  const started = await whileBusy(options, () => operation.start(client, context));
  if (started.kind === 'change') changeIds.push(started.changeId);
  options.say('running', changeIds);
  if (started.kind === 'sync' && operation.reboots === 'once') await restarted(options, bootId);
  const change = started.kind === 'change' ? await follow(options, started.changeId) : undefined;
  if (change && isCutShort(change) && !operation.takesCutShort) return endOfChange(change);
  options.say('verifying', changeIds);
  const outcome = { started, before, ...(change && { change }) };
  for (let attempt = 1; ; attempt += 1) {
    const verdict = await whileAway(options, () => operation.verify(client, outcome, context));
    const { result } = verdict;
    if (verdict.kind === 'verified') {
      const undo = operation.undo({ ...outcome, result });
      return {
        state: 'succeeded',
        result,
        undo: undo.map((step) => ({ ...step, parameters: { ...step.parameters } })),
      };
    }
    if (attempt >= VERIFY_TRIES) return { state: 'failed', cause: 'not-verified', message: verdict.message, result };
    await options.sleep(PAUSE_MS);
  }
}

async function follow(options: RunOptions, changeId: string): Promise<Change> {
  for (;;) {
    const change = await whileAway(options, () => options.client.changes.get(changeId));
    if (change.ready) return change;
    if (change.status === 'Wait') options.say('rebooting', [changeId]);
    await options.sleep(PAUSE_MS);
  }
}

async function restarted(options: RunOptions, bootId: string | undefined): Promise<void> {
  options.say('rebooting', []);
  while ((await options.context.readBootId()) === bootId && !options.isLate()) await options.sleep(PAUSE_MS);
}

/** Reads again while snapd is away. */
const whileAway = <T>(options: RunOptions, read: () => Promise<T>): Promise<T> => again(options, read, isAway);

/** Asks again while snapd is busy or away, and the request has not reached it. */
const whileBusy = <T>(options: RunOptions, ask: () => Promise<T>): Promise<T> =>
  again(options, ask, (error) => isChangeConflict(error) || (isAway(error) && !isOutcomeUnknown(error)));

async function again<T>(
  options: RunOptions,
  work: () => Promise<T>,
  isWorthIt: (error: unknown) => boolean,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isWorthIt(error) || options.isLate()) throw error;
      await options.sleep(PAUSE_MS);
    }
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof SnapdUnreachableError ||
  error instanceof SnapdTimeoutError ||
  (error instanceof SnapdError && (error.status >= 500 || error.maintenance !== undefined));

function endOfError(error: unknown): End {
  if (error instanceof SnapdError) {
    const { message, kind, status: snapdStatus } = error;
    return { state: 'failed', cause: 'snapd-refused', message, snapdStatus, ...(kind && { snapdKind: kind }) };
  }
  if (error instanceof RequirementError) return { state: 'failed', cause: error.code, message: error.message };
  if (isOutcomeUnknown(error)) return { state: 'unknown', cause: 'unknown-fate', message: String(error) };
  if (isAway(error)) return { state: 'failed', cause: 'snapd-unreachable', message: String(error) };
  throw error;
}

function endOfChange(change: Change): End {
  if (change.status === 'Error')
    return { state: 'failed', cause: 'change-error', message: change.err ?? change.summary };
  return {
    state: 'failed',
    cause: 'change-aborted',
    message: `change ${change.id} was aborted: it is ${change.status}`,
  };
}

/** As a journal would give it back. */
const asJson = (seen: unknown): unknown => JSON.parse(JSON.stringify(seen ?? null));
