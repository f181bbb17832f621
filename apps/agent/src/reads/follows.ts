import { LIMITS, type ServerFrame } from '@corefleet/contracts/device-protocol';
import { SnapdClient, type SnapdTransport } from '@corefleet/snapd-client';
import type { AgentClock } from '../clock';
import type { CheckedCommand } from '../commands/check-command';
import type { End } from '../commands/command-end';
import { whyOf } from '../commands/failure';
import { boundTransport } from './bound-transport';
import { FollowedStream } from './followed-stream';

type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

export interface FollowsOptions {
  readonly snapd: SnapdTransport;
  readonly clock: AgentClock;
  /** Sends a frame over the link that is open now. */
  send(text: string): void;
}

/** snapd refuses at once, and sends the head of its answer with the first line: no refusal within this is none. */
const REFUSES_WITHIN_MS = 1_000;

/**
 * Reads that are followed. Each lives as long as somebody renews its credit, its link holds and its command has not passed
 * its deadline; it sends no more than its credit, and reads no more of snapd than it sends.
 */
export class Follows {
  private readonly open = new Map<string, FollowedStream>();

  constructor(private readonly options: FollowsOptions) {}

  /**
   * Follows until something ends it.
   * @param over aborted at the deadline, or when the agent stops; aborted here when the read ends
   */
  async follow({ envelope, operation }: CheckedCommand, over: AbortController): Promise<End> {
    if (this.open.size >= LIMITS.streams) {
      const message = `cannot follow more than ${LIMITS.streams} reads at once`;
      return { state: 'failed', cause: 'too-many-streams', message };
    }
    const { clock, send } = this.options;
    const commandId = envelope['message-id'];
    const stream = new FollowedStream(commandId, clock, send, () => over.abort());
    this.open.set(commandId, stream);
    const cancel = clock.after(REFUSES_WITHIN_MS, () => stream.opened());
    try {
      const client = new SnapdClient(boundTransport(this.telling(stream), over.signal));
      await stream.pass(operation.follow?.(client) ?? [], over.signal);
      return stream.end(over.signal.aborted ? 'deadline' : 'snapd');
    } catch (error) {
      return over.signal.aborted ? stream.end('deadline') : { state: 'failed', ...whyOf(error) };
    } finally {
      cancel();
      this.open.delete(commandId);
      stream.close();
    }
  }

  credit({ commandId, upTo, leaseMs }: FrameOf<'credit'>): void {
    this.open.get(commandId)?.credit(upTo, leaseMs);
  }

  stop({ commandId }: FrameOf<'stop'>): void {
    this.open.get(commandId)?.leave('asked');
  }

  /** What was followed over the link that is gone cannot go on: nobody knows what of it arrived. */
  linkClosed(): void {
    for (const stream of this.open.values()) stream.leave('link-closed');
  }

  /** snapd's road, on which the stream is open once snapd has begun to answer. */
  private telling(stream: FollowedStream): SnapdTransport {
    const { snapd } = this.options;
    return {
      request: async (request) => {
        const response = await snapd.request(request);
        if (response.status === 200) stream.opened();
        return response;
      },
      close: () => {},
    };
  }
}
