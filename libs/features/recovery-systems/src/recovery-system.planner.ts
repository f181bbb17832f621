import { Injectable } from '@nestjs/common';
import type { RecoverySystemWish } from '@corefleet/contracts/http';
import type { DevicePlan, Planner } from '@corefleet/features/rollouts';
import {
  nameOfSequence,
  ValidationSetsReadModel,
  type SequenceKey,
  type SetKey,
} from '@corefleet/features/validation-sets';
import { Clock } from '@corefleet/platform/clock';
import { NotFoundError, type FieldProblem } from '@corefleet/platform/errors';
import type { ValidationSet } from '@corefleet/validation-set-rules';
import type { AssessedDevice } from './assess';
import { checkWish, refuse } from './check-wish';
import { planDevice, type SystemWish } from './plan-device';
import { RecoverySystemsReadModel } from './recovery-systems.read-model';

/** Plans a recovery system for each device of a rollout. */
@Injectable()
export class RecoverySystemPlanner implements Planner<'recoverySystem'> {
  readonly kind = 'recoverySystem';

  constructor(
    private readonly systems: RecoverySystemsReadModel,
    private readonly sets: ValidationSetsReadModel,
    private readonly clock: Clock,
  ) {}

  /**
   * The wish with each set at one sequence: the newest that is imported and not marked bad, where none is named.
   * @throws InvalidRequestError for a label, a set or a file that is wrong, and for a set that is unknown or marked bad
   */
  async resolve(wish: RecoverySystemWish): Promise<RecoverySystemWish> {
    checkWish(wish);
    const problems: FieldProblem[] = [];
    const validationSets: string[] = [];
    for (const [at, text] of wish.validationSets.entries()) {
      const found = await this.resolveSet(text);
      if (found.kind === 'resolved') validationSets.push(nameOfSequence(found.key));
      else problems.push({ field: `validationSets.${at}`, message: found.message });
    }
    refuse(problems);
    return { ...wish, validationSets };
  }

  async plan(wish: RecoverySystemWish, deviceIds: readonly string[]): Promise<DevicePlan[]> {
    const devices = await this.systems.assessed(deviceIds);
    const asked = wish.validationSets.map(sequenceKey);
    const bodies = await this.bodies([...asked, ...ownSets(devices)]);
    const { validationSets: _texts, ...rest } = wish;
    const system: SystemWish = { ...rest, sets: asked.flatMap((key) => bodies.get(nameOfSequence(key)) ?? []) };
    const bodyOf = (key: string, sequence: number) => bodies.get(`${key}=${sequence}`);
    const now = this.clock.now();
    return devices.map((device) => ({
      deviceId: device.row.deviceId,
      ...planDevice(system, device, { now, bodyOf }),
    }));
  }

  private async resolveSet(text: string): Promise<Resolved> {
    const [key = '', sequence] = text.split('=');
    return sequence === undefined ? this.newest(key) : this.named(sequenceKey(text));
  }

  private async named(key: SequenceKey): Promise<Resolved> {
    return this.orNotImported(async () => {
      const { bad } = await this.sets.get(key);
      return bad ? refused(`is marked bad by ${bad.by}: ${bad.reason}`) : { kind: 'resolved', key };
    });
  }

  /** The newest that nobody marked bad. */
  private async newest(key: string): Promise<Resolved> {
    const set = setKey(key);
    return this.orNotImported(async () => {
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const { items, next } = await this.sets.sequences(set, {
          limit: SEQUENCES,
          ...(cursor !== undefined && { cursor }),
        });
        const usable = items.find(({ bad }) => bad === null);
        if (usable) return { kind: 'resolved', key: { ...set, sequence: usable.sequence } };
        cursor = next;
      }
      return refused('has no sequence that is not marked bad');
    });
  }

  private async orNotImported(look: () => Promise<Resolved>): Promise<Resolved> {
    try {
      return await look();
    } catch (error) {
      if (error instanceof NotFoundError) return refused('was not imported: import its assertion first');
      throw error;
    }
  }

  private async bodies(keys: readonly SequenceKey[]): Promise<Map<string, ValidationSet>> {
    const distinct = new Map(keys.map((key) => [nameOfSequence(key), key]));
    const bodies = await this.sets.contents([...distinct.values()]);
    return new Map(bodies.map((body) => [nameOfSequence(body), body]));
  }
}

/** Sequences that are looked at together for one that is not bad. */
const SEQUENCES = 100;

type Resolved =
  { readonly kind: 'resolved'; readonly key: SequenceKey } | { readonly kind: 'refused'; readonly message: string };

const refused = (message: string): Resolved => ({ kind: 'refused', message });

/** Sets that devices enforce and their models list: they go into each system. */
const ownSets = (devices: readonly AssessedDevice[]): SequenceKey[] =>
  devices.flatMap(({ row }) =>
    row.sets
      .filter(({ mode, ofModel }) => mode === 'enforce' && ofModel)
      .map(({ key, sequence }) => ({ ...setKey(key), sequence })),
  );

function setKey(key: string): SetKey {
  const [accountId = '', name = ''] = key.split('/');
  return { accountId, name };
}

function sequenceKey(text: string): SequenceKey {
  const [key = '', sequence] = text.split('=');
  return { ...setKey(key), sequence: Number(sequence) };
}
