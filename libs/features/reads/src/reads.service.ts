import { Injectable } from '@nestjs/common';
import type { Principal } from '@corefleet/features/access';
import { CommandsService, takeAnswer } from '@corefleet/features/commands';
import { DevicesService } from '@corefleet/features/devices';
import { Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { checkRead } from './check-read';
import { CommandEnds } from './command-ends';
import { ReadLimits, type ReadLimit } from './read-limits';
import { resultOf, timedOut } from './read-outcome';
import { AskerGoneError, DeviceNotEnrolledError, DeviceOfflineError } from './reads.errors';

/** What snapd said, and the command that asked it. */
export interface ReadAnswer {
  readonly command: { readonly id: string; readonly operation: string };
  readonly result: unknown;
}

/** Within so long the device must begin. */
const BEGIN_SECONDS = 60;
/** Seconds that somebody waits for an answer, and the device has for it: a file may take longer, and is stored all the same. */
const ANSWER = { wait: 60, deadline: 60 };
const FILE = { wait: 600, deadline: 3_600 };

const limitOf = (waitSeconds: number): ReadLimit => ({
  ...{ what: 'read', perDevice: 8, perPerson: 32, leaseMs: (waitSeconds + 10) * 1_000 },
});

/** Reads of one device, as a person asks for them: each is a command that is issued, signed, pulled and reported like any. */
@Injectable()
export class ReadsService {
  constructor(
    private readonly commands: CommandsService,
    private readonly devices: DevicesService,
    private readonly ends: CommandEnds,
    private readonly limits: ReadLimits,
    private readonly database: Database,
    private readonly ids: Ids,
  ) {}

  /**
   * Asks the device's snapd and waits for what it says. Nothing is issued to a device that is away.
   * @param target path and query of snapd's API
   * @param gone aborted when nobody waits any more: the command then ends by itself
   * @throws what checkRead throws, the errors of reads.errors.ts, NotFoundError for the device
   */
  async ask(principal: Principal, deviceId: string, target: string, gone: AbortSignal): Promise<ReadAnswer> {
    const { operation, parameters } = checkRead(principal, target);
    const command = { id: this.ids.uuid(), operation: operation.name };
    const { wait, deadline } = operation.storesArtifacts ? FILE : ANSWER;
    const held = await this.limits.take(limitOf(wait), command.id, deviceId, principal.userId);
    const over = new AbortController();
    const giveUp = (): void => over.abort();
    const timer = setTimeout(giveUp, wait * 1_000);
    gone.addEventListener('abort', giveUp);
    try {
      await this.requireReachable(deviceId);
      const ended = this.ends.wait(command.id, over.signal);
      await this.commands.issueRead(principal.actor, {
        ...{ id: command.id, deviceId, operation: operation.name, parameters },
        validForSeconds: BEGIN_SECONDS,
        deadlineSeconds: deadline,
      });
      await ended;
      if (gone.aborted) throw new AskerGoneError(`cannot answer ${operation.name}: who asked is gone`);
      return { command, result: await this.result(command, wait) };
    } finally {
      clearTimeout(timer);
      gone.removeEventListener('abort', giveUp);
      giveUp();
      await held.release();
    }
  }

  /** @returns the enrolment whose link is up @throws NotFoundError, DeviceNotEnrolledError, DeviceOfflineError */
  async requireReachable(deviceId: string): Promise<string> {
    const { enrolmentId, online } = await this.devices.get(deviceId);
    if (enrolmentId === null)
      throw new DeviceNotEnrolledError(`cannot read from device "${deviceId}": it is not enrolled`);
    if (!online) throw new DeviceOfflineError(`cannot read from device "${deviceId}": it is offline`);
    return enrolmentId;
  }

  private async result(command: ReadAnswer['command'], waitSeconds: number): Promise<unknown> {
    const answer = await takeAnswer(this.database, command);
    if (answer) return resultOf(command.id, command.operation, answer);
    throw timedOut(command.id, command.operation, `the device has not answered within ${waitSeconds} s`);
  }
}
