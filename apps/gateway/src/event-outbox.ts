import { Injectable } from '@nestjs/common';
import { Clock } from '@corefleet/platform/clock';
import { Bus } from '@corefleet/platform/redis';
import { Wheel } from './wheel';

const FLUSH_MS = 250;

/** What changed, for the live stream: the same thing is said at most four times a second. */
@Injectable()
export class EventOutbox {
  private readonly changed = new Map<string, Set<string>>();

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
    wheel: Wheel,
  ) {
    wheel.every(FLUSH_MS, 'events', () => this.flush());
  }

  add(topic: 'devices' | 'changes' | 'facts', deviceId: string): void {
    const ids = this.changed.get(topic);
    if (ids) ids.add(deviceId);
    else this.changed.set(topic, new Set([deviceId]));
  }

  flush(): void {
    const version = this.clock.now().getTime();
    for (const [topic, ids] of this.changed) {
      this.bus.publishEvents([...ids].map((id) => ({ topic, id, version })));
      ids.clear();
    }
  }
}
