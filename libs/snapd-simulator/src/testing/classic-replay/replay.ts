import {
  isTimeline,
  type RecordedAnswer,
  type RecordedChange,
  type RecordedStep,
  type RecordedTimeline,
} from '@corefleet/testing/snapd-recordings';
import type { VirtualClock } from '../../clock';
import type { SimulatedSnapd } from '../../simulated-snapd';
import { labDevice, type Session } from './lab-device';
import { ChangeIds, isSampleOf, normal, normalHeaders, normalRoad } from './normal';
import { byRule, type Pair } from './rules';
import { send, type Answer } from './send';
import { BY_RULE } from './table';

interface Envelope extends Record<string, unknown> {
  result: unknown;
  change?: string;
}

const POLL_MS = 25;

/** One recorded session, asked of a simulated device step by step; each step gives both sides made comparable. */
export class Replay {
  readonly snapd: SimulatedSnapd;
  readonly clock: VirtualClock;
  readonly ids = new ChangeIds();
  /** Answers still waited for, by the name of the step that was sent meanwhile. */
  private waiting: { step: RecordedAnswer; answer: Promise<Answer> } | undefined;

  constructor(
    session: Session,
    private readonly steps: readonly RecordedStep[],
  ) {
    const { snapd, clock } = labDevice(session, steps);
    this.snapd = snapd;
    this.clock = clock;
    // snapd 2.68 warned of the lab by itself, from its first request on.
    for (const message of ownWarnings(steps)) snapd.addWarning(message);
  }

  end(): Promise<void> {
    return this.snapd.dispose();
  }

  /** Plays one step. */
  async take(name: string, step: RecordedStep): Promise<Pair> {
    if (isTimeline(step)) return this.takeTimeline(step);
    if (step.error !== undefined || step.family === 'reboot') return this.takeWhileRebooting(step);
    if (step.request === undefined) return this.takeEnd(step);
    if (step.status === undefined) return this.takeStart(step);
    return this.takeAnswer(name, step);
  }

  private async takeAnswer(name: string, step: RecordedAnswer): Promise<Pair> {
    const answer = await this.answerTo(step);
    this.pairIds(step.body, answer.body);
    const change = step.change && (await this.untilReady(step.change.id));
    if (name in BY_RULE) return byRule(this, step, answer);
    return {
      recorded: this.comparable(
        step.status,
        step.headers,
        this.withIds(step.body),
        step.change && this.withId(step.change),
      ),
      simulated: this.comparable(
        answer.status,
        step.headers && answer.headers,
        allowedAs(step.body, answer.body),
        change,
      ),
    };
  }

  /** Sends it now; a long-poll is sent with the step that ends it, and waited for. */
  private async answerTo(step: RecordedAnswer): Promise<Answer> {
    const { request } = step;
    if (!request) throw new Error(`cannot send ${step.name}: no request was recorded`);
    if (this.waiting?.step === step) return this.waiting.answer;
    const pending = send(this.snapd, request, await this.translated(request.path));
    const during = this.steps.find(
      (other) => !isTimeline(other) && other.family === step.family && other.name === step.during,
    );
    if (during && !isTimeline(during) && during.request) {
      await this.clock.advance(1000);
      this.waiting = { step: during, answer: send(this.snapd, during.request) };
    }
    const timeout = /timeout=(\d+)(ms|s)/.exec(request.path);
    if (timeout && !during) await this.clock.advance(Number(timeout[1]) * (timeout[2] === 's' ? 1000 : 1));
    return pending;
  }

  /** A change that goes on while the following steps are made. */
  private async takeStart({ request }: RecordedAnswer): Promise<Pair> {
    if (!request) throw new Error('cannot start a change: no request was recorded');
    const answer = await send(this.snapd, request);
    const next = this.steps.find(
      (step): step is RecordedAnswer => !isTimeline(step) && step.family === 'conflict' && step.name === 'first',
    );
    const id = ((next?.body as Envelope).result as RecordedChange).id;
    this.ids.pair(id, String((answer.body as Envelope).change));
    await this.clock.advance(POLL_MS);
    return { recorded: 202, simulated: answer.status };
  }

  /** The end of the change that was started before. */
  private async takeEnd(step: RecordedAnswer): Promise<Pair> {
    const recorded = (step.body as Envelope).result as RecordedChange;
    return { recorded: normal(this.withId(recorded)), simulated: normal(await this.untilReady(recorded.id)) };
  }

  private async takeTimeline(step: RecordedTimeline): Promise<Pair> {
    const answer = await send(this.snapd, step.request);
    this.pairIds(step.body, answer.body);
    const accepted = {
      recorded: this.comparable(step.status, undefined, this.withIds(step.body)),
      simulated: this.comparable(answer.status, undefined, answer.body),
    };
    if (!step.final) return accepted;
    const watched = await this.watch(String((answer.body as Envelope).change), step);
    const road = normalRoad(step.road ?? []);
    const rest = { final: normal(this.withIds(step.final)), abort: normal(this.withIds(step.abort)), road };
    return {
      recorded: { accepted: accepted.recorded, ...rest },
      simulated: {
        accepted: accepted.simulated,
        final: normal(watched.final),
        abort: normal(watched.abort),
        // Told as it was recorded when a poll could have seen that.
        road: isSampleOf(road, watched.road) ? road : watched.road,
      },
    };
  }

  /** Follows a change as the recorder did, but at every status. */
  private async watch(
    id: string,
    step: RecordedTimeline,
  ): Promise<{ road: string[]; final: unknown; abort?: unknown }> {
    const road: string[] = [];
    let abort: unknown;
    for (let at = 0; at < 10_000; at++) {
      const seen = this.snapd.isUp() ? ((await this.get(`/v2/changes/${id}`)) as Envelope) : undefined;
      const change = seen?.result as (RecordedChange & { status: string; ready: boolean; tasks?: Task[] }) | undefined;
      road.push(change?.status ?? 'gone');
      if (change?.ready) return { road: normalRoad(road), final: seen, ...(abort !== undefined && { abort }) };
      if (
        step.abort &&
        abort === undefined &&
        change?.tasks?.some(({ kind, status }) => kind === 'run-hook' && status === 'Doing')
      ) {
        const request = { method: 'POST', path: `/v2/changes/${id}`, json: { action: 'abort' } };
        abort = (await send(this.snapd, request)).body;
      } else await this.clock.advance(5);
    }
    throw new Error(`cannot follow change ${id}: it does not end`);
  }

  /** The reboot at the end: asked every 500 ms, answered with maintenance, then not at all, then again. */
  private async takeWhileRebooting(step: RecordedAnswer): Promise<Pair> {
    const recorded = step.error === undefined ? this.comparable(step.status, undefined, step.body) : step.error;
    const simulated = await this.tryToAnswer(step);
    if (step.request?.method === 'GET') await this.clock.advance(500);
    return { recorded, simulated };
  }

  private async tryToAnswer({ request }: RecordedAnswer): Promise<unknown> {
    if (!request) throw new Error('cannot ask during the reboot: no request was recorded');
    try {
      const { status, body } = await send(this.snapd, request);
      return this.comparable(status, undefined, body);
    } catch (error) {
      return `connect ${(error as { reason?: string }).reason} /run/snapd.socket`;
    }
  }

  private async get(path: string): Promise<unknown> {
    return (await send(this.snapd, { method: 'GET', path })).body;
  }

  async untilReady(recordedId: string): Promise<unknown> {
    const id = this.ids.simulated(recordedId);
    for (let at = 0; at < 4000; at++) {
      const { result } = (await this.get(`/v2/changes/${id}`)) as Envelope;
      if ((result as { ready?: boolean }).ready) return result;
      await this.clock.advance(POLL_MS);
    }
    throw new Error(`cannot follow change ${id}: it does not end`);
  }

  private pairIds(recorded: unknown, simulated: unknown): void {
    const [a, b] = [(recorded as Envelope | undefined)?.change, (simulated as Envelope | undefined)?.change];
    if (a !== undefined && b !== undefined) this.ids.pair(a, b);
  }

  /** A recorded path with the simulated session's change ids, and its newest notice where the recorded one's was meant. */
  private async translated(path: string): Promise<string> {
    const named = path.replace(/(\/v2\/changes\/|change-id=)(\d+)/, (whole, before: string, id: string) =>
      this.ids.simulated(id) === undefined ? whole : `${before}${this.ids.simulated(id)}`,
    );
    if (!/after=2026/.test(named)) return named;
    const { result } = (await this.get('/v2/notices')) as { result: { 'last-repeated': string }[] };
    return named.replace(/after=[^&]+/, `after=${encodeURIComponent(result.at(-1)?.['last-repeated'] ?? '')}`);
  }

  /** A recorded change under the id it has in the simulated session. */
  withId<Change extends { id: string }>(change: Change): Change {
    return { ...change, id: this.ids.simulated(change.id) ?? change.id };
  }

  /** A recorded envelope with simulated ids, wherever a change is told in it. */
  private withIds(body: unknown): unknown {
    if (typeof body !== 'object' || body === null) return body;
    const { change, result, ...rest } = body as Envelope;
    return {
      ...rest,
      result: this.withIdsInResult(result),
      ...(change !== undefined && { change: this.ids.simulated(change) ?? change }),
    };
  }

  private withIdsInResult(result: unknown): unknown {
    const isChange = (value: unknown): value is RecordedChange =>
      typeof value === 'object' && value !== null && 'spawn-time' in value && 'summary' in value;
    const isTimings = (value: unknown): value is { 'change-id': string } =>
      typeof value === 'object' && value !== null && 'change-timings' in value;
    const isNotice = (value: unknown): value is { id: string; key: string } =>
      typeof value === 'object' && value !== null && 'last-repeated' in value;
    const one = (value: unknown): unknown => {
      if (isChange(value)) return this.withId(value);
      if (isTimings(value)) return { ...value, 'change-id': this.ids.simulated(value['change-id']) };
      if (!isNotice(value)) return value;
      const key = this.ids.simulated(value.key) ?? value.key;
      return { ...value, id: key, key };
    };
    return Array.isArray(result) ? result.map(one) : one(result);
  }

  comparable(status: unknown, headers: Record<string, string> | undefined, body: unknown, change?: unknown): unknown {
    return {
      status,
      ...(headers && { headers: normalHeaders(headers) }),
      body: normal(body),
      ...(change !== undefined && { change: normal(change) }),
    };
  }
}

/** For callers that are not root only that they were answered was recorded, not with what. */
function allowedAs(recorded: unknown, simulated: unknown): unknown {
  const wasCut = (recorded as Envelope | undefined)?.result === '(allowed)';
  return wasCut ? { ...(simulated as Envelope), result: '(allowed)' } : simulated;
}

interface Task {
  kind: string;
  status: string;
}

/** Messages of warnings that were pending before anything was asked for. */
function ownWarnings(steps: readonly RecordedStep[]): string[] {
  const before = steps.find((step): step is RecordedAnswer => !isTimeline(step) && step.family === 'warnings');
  return ((before?.body as { result: { message: string }[] }).result ?? []).map(({ message }) => message);
}
