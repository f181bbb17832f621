import type { AgentClock } from '../clock';
import type { Link } from '../link/link';
import type { Outbox } from './outbox';

/** Unsent bytes of the link beyond which reports wait: a slow server must not fill the device's memory. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const SEND_AGAIN_MS = 100;

/** Sends what the outbox holds over the link, as fast as the link takes it. */
export class Sender {
  private gathering = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly link: () => Link,
    private readonly clock: AgentClock,
    private readonly gatherMs: number,
  ) {}

  /** Gathers what is added in the same moment into one frame. */
  sendSoon(): void {
    if (this.gathering) return;
    this.gathering = true;
    this.clock.after(this.gatherMs, () => {
      this.gathering = false;
      this.send();
    });
  }

  send(): void {
    const link = this.link();
    if (!link.isLinked) return;
    if (link.bufferedBytes > MAX_BUFFERED_BYTES) {
      this.clock.after(SEND_AGAIN_MS, () => this.sendSoon());
      return;
    }
    for (let frame = this.outbox.nextFrame(); frame !== undefined; frame = this.outbox.nextFrame()) link.send(frame);
  }
}
