import { Injectable } from '@nestjs/common';
import { AuditService } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';
import { RolloutJobs } from './rollout-jobs';
import type { Setting } from './limits.service';

/** The penalty box, as people open it. */
@Injectable()
export class PenaltiesService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly jobs: RolloutJobs,
    private readonly clock: Clock,
    private readonly bus: Bus,
  ) {}

  /**
   * Lets a device out and forgets its failures: rollouts that wait for it look at it now.
   * @throws NotFoundError when it is not in the box and has not failed lately
   */
  async lift({ actor, remark }: Setting, deviceId: string): Promise<void> {
    const rolloutIds = await this.database.transaction(async (tx) => {
      const [before] = await tx.$queryRaw<{ failures: number; until: Date }[]>`
        DELETE FROM device_penalties WHERE device_id = ${deviceId}::uuid RETURNING failures, until`;
      if (!before) throw new NotFoundError('penalty of device', deviceId);
      const waiting = await tx.$queryRaw<{ id: string }[]>`
        UPDATE rollout_targets SET not_before = ${this.clock.now()}
         WHERE device_id = ${deviceId}::uuid AND state = 'waiting' AND cause = 'hold' RETURNING rollout_id AS id`;
      const details = { failures: before.failures, until: before.until.toISOString() };
      const subject = { kind: 'device', id: deviceId };
      const said = remark === undefined ? {} : { remark };
      await this.audit.record(tx, { actor, action: 'device.lift-penalty', subject, ...said, details });
      return waiting.map(({ id }) => id);
    });
    this.bus.publishEvent({ topic: 'devices', id: deviceId, version: Date.now() });
    await this.jobs.nudge(rolloutIds);
  }
}
