import type { CreateRolloutRequest, Gate } from '@corefleet/contracts/http';
import { InvalidRequestError, type FieldProblem } from '@corefleet/platform/errors';
import { validateWindow, windowState } from '@corefleet/time-rules';
import { gateOf } from './gates';

/**
 * What of a request can never work, whatever the devices are: every problem at once.
 * @throws InvalidRequestError
 */
export function checkRequest(request: CreateRolloutRequest, now: Date): void {
  const problems = [...gateProblems(request), ...timeProblems(request, now), ...windowProblems(request, now)];
  refuse(problems);
}

/** What of the gates can never pass with waves of these sizes. @throws InvalidRequestError */
export function checkGates(request: CreateRolloutRequest, sizes: readonly number[]): void {
  refuse(
    request.waves.flatMap((wave, at) => {
      const { minReached } = gateOf(request.gate, wave.gate ?? {});
      const size = sizes[at] ?? 0;
      if (!('count' in minReached) || minReached.count <= size) return [];
      const field = wave.gate?.minReached ? `waves.${at}.gate.minReached.count` : 'gate.minReached.count';
      return [
        {
          field,
          message: `can never be reached: wave ${at + 1} has ${size} ${size === 1 ? 'device' : 'devices'}, not ${minReached.count}`,
        },
      ];
    }),
  );
}

function gateProblems({ gate, waves }: CreateRolloutRequest): FieldProblem[] {
  const own = waves.flatMap((wave, at) =>
    wave.gate ? problemsOfGate(gateOf(gate, wave.gate), wave.gate, `waves.${at}.gate`) : [],
  );
  return [...problemsOfGate(gate, gate, 'gate'), ...own];
}

/** @param said what was written at this place: the field that is named is one of them */
function problemsOfGate(gate: Gate, said: Partial<Gate>, at: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (message: string, ...fields: (keyof Gate)[]): void => {
    const field = fields.find((name) => said[name] !== undefined);
    if (field !== undefined) problems.push({ field: `${at}.${field}`, message });
  };
  const { minSucceededPercent, maxFailedPercent, timeBoxSeconds, soakSeconds } = gate;
  if (minSucceededPercent !== undefined && minSucceededPercent + maxFailedPercent > 100) {
    const most = 100 - maxFailedPercent;
    add(
      `contradict: with ${maxFailedPercent} % failed at most ${most} % succeed, not ${minSucceededPercent} %`,
      ...(['minSucceededPercent', 'maxFailedPercent'] as const),
    );
  }
  if (timeBoxSeconds !== undefined && timeBoxSeconds < soakSeconds) {
    add(`is over before the soak of ${soakSeconds} s is`, 'timeBoxSeconds', 'soakSeconds');
  }
  return problems;
}

function timeProblems(request: CreateRolloutRequest, now: Date): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (request.startAt !== undefined && Date.parse(request.startAt) < now.getTime()) {
    problems.push({ field: 'startAt', message: `is in the past: it is ${now.toISOString()} now` });
  }
  const seconds = request.waves.reduce((total, wave) => total + secondsOf(gateOf(request.gate, wave.gate ?? {})), 0);
  if (request.expireAfterSeconds <= seconds) {
    const message = `is over before all waves are: their time-boxes and soaks take ${seconds} s`;
    problems.push({ field: 'expireAfterSeconds', message });
  }
  return problems;
}

/** What a wave may take, or has to where it has no time-box. */
const secondsOf = ({ timeBoxSeconds, soakSeconds }: Gate): number => Math.max(timeBoxSeconds ?? 0, soakSeconds);

/** A window must open at all, and before the rollout expires. */
function windowProblems({ window, startAt, expireAfterSeconds }: CreateRolloutRequest, now: Date): FieldProblem[] {
  if (window === undefined) return [];
  const problems = validateWindow(window);
  if (problems.length > 0) return problems;
  const start = startAt === undefined ? now : new Date(startAt);
  const { open, opensAt } = windowState(window, undefined, start);
  if (open || opensAt.getTime() - start.getTime() < expireAfterSeconds * 1000) return [];
  return [{ field: 'window.cron', message: `opens next at ${opensAt.toISOString()}, when the rollout has expired` }];
}

function refuse(problems: readonly FieldProblem[]): void {
  const [first] = problems;
  if (!first) return;
  throw new InvalidRequestError(`cannot plan rollout: ${first.field} ${first.message}`, problems);
}
