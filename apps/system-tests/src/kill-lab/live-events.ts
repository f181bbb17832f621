import type { FleetEvent } from '@corefleet/contracts/http';
import type { ApiClient } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';

/** What one listener of `GET /v1/events` has heard. */
export class LiveEvents {
  private text = '';

  private constructor(private readonly over: AbortController) {}

  static async listen(api: ApiClient): Promise<LiveEvents> {
    const { token } = await api.post<{ token: string }>('/v1/tokens', { name: 'live events' });
    const events = new LiveEvents(new AbortController());
    const { body } = await fetch(`${api.url}/v1/events`, {
      headers: { authorization: `Bearer ${token}` },
      signal: events.over.signal,
    });
    void events.read(body);
    await eventually(() => events.text.includes('retry'), { what: 'the stream of live events to open' });
    return events;
  }

  heard(): FleetEvent[] {
    return [...this.text.matchAll(/^data: (\[.*\])$/gm)].flatMap(([, json = '']) => JSON.parse(json) as FleetEvent[]);
  }

  close(): void {
    this.over.abort();
  }

  private async read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    try {
      for await (const chunk of body ?? []) this.text += Buffer.from(chunk).toString('utf8');
    } catch (error) {
      if (!this.over.signal.aborted) throw error;
    }
  }
}
