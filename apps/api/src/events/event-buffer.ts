import type { FleetEvent } from '@corefleet/platform/redis';

/** What a stream has yet to say: the newest version of each thing, for at most `most` things, or that there were more. */
export class EventBuffer {
  private waiting = new Map<string, FleetEvent>();
  private lost = false;

  constructor(private readonly most: number) {}

  /** Whether its client is to read everything again: what else comes before it is emptied tells nothing new. */
  get isLost(): boolean {
    return this.lost;
  }

  add(event: FleetEvent): void {
    if (this.lost) return;
    const key = `${event.topic} ${event.id}`;
    const known = this.waiting.get(key);
    if (known) {
      if (event.version >= known.version) this.waiting.set(key, event);
    } else if (this.waiting.size < this.most) this.waiting.set(key, event);
    else this.lose();
  }

  /** Forgets what waited: who is to read everything again needs none of it. */
  lose(): void {
    this.waiting = new Map();
    this.lost = true;
  }

  isEmpty(): boolean {
    return this.waiting.size === 0 && !this.lost;
  }

  /** Empties it. @returns what waited, oldest thing first, or that everything is to be read again */
  take(): { events: FleetEvent[]; lost: boolean } {
    const taken = { events: [...this.waiting.values()], lost: this.lost };
    this.waiting = new Map();
    this.lost = false;
    return taken;
  }
}
