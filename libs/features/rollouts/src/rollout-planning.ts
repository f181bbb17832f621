import { Inject, Injectable, Optional } from '@nestjs/common';
import type { CreateRolloutRequest, PlanSummary, RolloutDoes, RolloutStep } from '@corefleet/contracts/http';
import { countApprovers } from '@corefleet/features/access';
import { ArtifactsService, neededArtifacts, type ArtifactReader } from '@corefleet/features/artifacts';
import { DevicesService } from '@corefleet/features/devices';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { checkGates, checkRequest } from './check-request';
import type { Orderer } from './orderer';
import { planWaves } from './plan-waves';
import { SummaryOfPlans, blockersInWords } from './plan-summary';
import { NothingToDoError } from './nothing-to-do.error';
import { PLANNERS, type DevicePlan, type Planner } from './planner';
import { StepsPlanner } from './steps-planner';

/** Devices that are planned at a time: what a plan holds in memory besides the ids. */
const PAGE = 1000;

/** Devices of a request that is resolved. */
export interface PlannedDevices {
  readonly request: CreateRolloutRequest;
  /** In the order they joined. */
  readonly deviceIds: readonly string[];
  /** The wave of each of them; 0: it is left out. */
  readonly waveOf: Uint8Array;
}

/** A request that can be carried out: what it left open is resolved, and each device has its wave. */
export interface PreparedPlan extends PlannedDevices {
  readonly sizes: readonly number[];
  readonly summary: PlanSummary;
  /** Digests of the files that its steps need. */
  readonly artifacts: readonly string[];
}

/** What a rollout does to one device. */
export interface PlannedTarget {
  readonly deviceId: string;
  readonly serial: string;
  readonly site: string;
  /** 0: it is left out. */
  readonly wave: number;
  readonly plan: DevicePlan;
}

/** Works out what rollouts would do; writes nothing. */
@Injectable()
export class RolloutPlanning {
  private readonly planners: readonly Planner[];
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly devices: DevicesService,
    private readonly artifacts: ArtifactsService,
    private readonly clock: Clock,
    steps: StepsPlanner,
    @Optional() @Inject(PLANNERS) others: readonly Planner[] | undefined,
  ) {
    this.planners = [steps, ...(others ?? [])];
  }

  /**
   * Runs what writes plans one at a time in this process: each holds a transaction and reads on another connection, so that
   * enough of them at once would wait for each other's connections.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.writing.then(work);
    this.writing = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /**
   * Checks the request, resolves it, and plans each device once to see which waves there are.
   * @throws InvalidRequestError naming what can never work, or why no device would change; RefusedError for a file that
   *   the orderer may not read
   */
  async prepare(orderer: Orderer, asked: CreateRolloutRequest): Promise<PreparedPlan> {
    checkRequest(asked, this.clock.now());
    await this.requireApprovers(orderer, asked);
    const { planner, wish } = this.plannerOf(asked.does);
    const does = { [planner.kind]: await planner.resolve(wish) } as RolloutDoes;
    const request = { ...asked, does };
    await this.requireFiles(orderer, does);
    await this.requireFilters(request);
    const deviceIds = await this.devices.enrolledIds(request.filter);
    if (deviceIds.length === 0) throw noDevices(request.filter);
    const { changes, summary, artifacts } = await this.survey(does, deviceIds);
    if (summary.change === 0) throw nothingToDo(planner.kind, summary);
    const changing = deviceIds.filter((_, at) => changes[at] === 1);
    const waves = planWaves(request.waves, changing, await this.matches(request, changing));
    checkGates(request, waves.sizes);
    return { request, deviceIds, waveOf: spread(changes, waves.waveOf), sizes: waves.sizes, summary, artifacts };
  }

  /** The plan of each device, page by page. A device that has moved since it was surveyed is planned as it is now. */
  async *pages({ request, deviceIds, waveOf }: PlannedDevices): AsyncGenerator<PlannedTarget[]> {
    const last = request.waves.length;
    for (let from = 0; from < deviceIds.length; from += PAGE) {
      const ids = deviceIds.slice(from, from + PAGE);
      const [plans, devices] = await Promise.all([this.planPage(request.does, ids), this.named(ids)]);
      yield ids.flatMap((deviceId, at) => {
        const [plan, device] = [plans.get(deviceId), devices.get(deviceId)];
        if (!plan || !device) return [];
        const wave = plan.verdict === 'change' ? waveOf[from + at] || last : 0;
        return [{ ...device, wave, plan }];
      });
    }
  }

  private async requireApprovers({ personId }: Orderer, { approvals }: CreateRolloutRequest): Promise<void> {
    if (approvals === 0) return;
    const others = await countApprovers(this.database, personId);
    if (others >= approvals) return;
    const people = approvals === 1 ? 'one other person' : `${approvals} other people`;
    const message = `needs ${people} who may approve, there ${others === 1 ? 'is' : 'are'} ${others}`;
    throw new InvalidRequestError(`cannot plan rollout: approvals ${message}`, [{ field: 'approvals', message }]);
  }

  private plannerOf(does: RolloutDoes): { planner: Planner; wish: never } {
    const [kind = '', wish] = Object.entries(does)[0] ?? [];
    const planner = this.planners.find((each) => each.kind === kind);
    if (planner) return { planner, wish: wish as never };
    const message = 'is planned by a part that this server does not have';
    throw new InvalidRequestError(`cannot plan rollout: does.${kind} ${message}`, [{ field: `does.${kind}`, message }]);
  }

  private async requireFiles(orderer: ArtifactReader, does: RolloutDoes): Promise<void> {
    for (const { operation, parameters, at } of namingFiles(does)) {
      const needed = neededArtifacts(operation, parameters);
      try {
        await this.artifacts.requireKept(orderer, needed, parameters);
      } catch (error) {
        if (!(error instanceof InvalidRequestError)) throw error;
        throw new InvalidRequestError(
          error.message,
          error.problems.map(({ field, message }) => ({ field: at(field), message })),
        );
      }
    }
  }

  /** Whomever they mean: a wave's filter is of use only once somebody changes. */
  private async requireFilters({ waves }: CreateRolloutRequest): Promise<void> {
    for (const [at, wave] of waves.entries()) {
      if ('filter' in wave) await this.devices.requireFilter(wave.filter, `waves.${at}.filter`);
    }
  }

  /** Plans all devices and keeps of each only whether it changes. */
  private async survey(
    does: RolloutDoes,
    deviceIds: readonly string[],
  ): Promise<{ changes: Uint8Array; summary: PlanSummary; artifacts: string[] }> {
    const changes = new Uint8Array(deviceIds.length);
    const summary = new SummaryOfPlans();
    const artifacts = new Set<string>();
    const need = (steps: DevicePlan['steps']): void =>
      steps?.forEach(({ operation, parameters }) =>
        neededArtifacts(operation, parameters).forEach(({ sha256 }) => artifacts.add(sha256)),
      );
    if ('steps' in does) need(does.steps);
    for (let from = 0; from < deviceIds.length; from += PAGE) {
      const ids = deviceIds.slice(from, from + PAGE);
      const plans = await this.planPage(does, ids);
      ids.forEach((deviceId, at) => {
        const plan = plans.get(deviceId);
        if (!plan) return;
        summary.add(plan);
        need(plan.steps);
        need(plan.rollback);
        changes[from + at] = plan.verdict === 'change' ? 1 : 0;
      });
    }
    return { changes, summary: summary.summary(), artifacts: [...artifacts] };
  }

  private async planPage(does: RolloutDoes, deviceIds: readonly string[]): Promise<Map<string, DevicePlan>> {
    const { planner, wish } = this.plannerOf(does);
    const plans = await planner.plan(wish, deviceIds);
    return new Map(plans.map((plan) => [plan.deviceId, plan]));
  }

  private async named(ids: readonly string[]): Promise<Map<string, Omit<PlannedTarget, 'wave' | 'plan'>>> {
    const rows = await this.database.rows<{ deviceId: string; serial: string; site: string }>(
      'planned-devices',
      `SELECT id AS "deviceId", serial, coalesce(labels->>'site', '') AS site FROM devices WHERE id = ANY ($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map((row) => [row.deviceId, row]));
  }

  /** Whom of the devices each wave by filter means, by its place. */
  private async matches({ waves }: CreateRolloutRequest, among: readonly string[]): Promise<Map<number, Set<string>>> {
    const matches = new Map<number, Set<string>>();
    for (const [at, wave] of waves.entries()) {
      if (!('filter' in wave)) continue;
      matches.set(at, new Set(await this.devices.matchingEnrolledIds(wave.filter, among, `waves.${at}.filter`)));
    }
    return matches;
  }
}

/** What names files whichever device it is for, and where a problem of its parameters stands in the request. */
function namingFiles(does: RolloutDoes): (RolloutStep & { at(field: string): string })[] {
  if ('steps' in does) return does.steps.map((step, n) => ({ ...step, at: (field) => `does.steps.${n}.${field}` }));
  if (!('recoverySystem' in does)) return [];
  const { snaps, assertions } = does.recoverySystem;
  // The label is a template as yet, and no file.
  const parameters = { label: 'label', ...(snaps && { snaps }), ...(assertions && { assertions }) };
  const at = (field: string): string => field.replace(/^parameters/, 'does.recoverySystem');
  return [{ operation: 'create-recovery-system', parameters, at }];
}

/** Waves of those that change, back over all. */
function spread(changes: Uint8Array, waveOf: Uint8Array): Uint8Array {
  let next = 0;
  return changes.map((change) => (change === 1 ? (waveOf[next++] ?? 0) : 0));
}

function noDevices(filter: string): NothingToDoError {
  const message = filter.trim() === '' ? 'no device is enrolled' : `no enrolled device matches "${filter}"`;
  return new NothingToDoError('filter', message);
}

function nothingToDo(kind: string, summary: PlanSummary): NothingToDoError {
  const { devices, nothing, blocked } = summary;
  const why = [
    ...(nothing > 0 ? [`${nothing} are there already`] : []),
    ...(blocked > 0 ? [`${blocked} are blocked: ${blockersInWords(summary)}`] : []),
  ].join('; ');
  const message = `would change none of ${devices} devices: ${why}`;
  return new NothingToDoError(`does.${kind}`, message);
}
