import { EventEmitter } from 'node:events';
import type { FleetEvent } from '@corefleet/platform/redis';
import { EventStream } from './event-stream';

class Sink extends EventEmitter {
  readonly written: string[] = [];
  reads = true;
  end = jest.fn();
  destroy = jest.fn();

  write(chunk: string): boolean {
    this.written.push(chunk);
    return this.reads;
  }
}

const event = (id: string, version: number, topic = 'devices') => ({ topic, id, version });
const said = (...events: object[]): string => `event: devices\ndata: ${JSON.stringify(events)}\nid: 7-0\n\n`;

describe('EventStream', () => {
  let sink: Sink;
  let stream: EventStream;
  let offer: (...events: FleetEvent[]) => void;

  beforeEach(() => {
    jest.useFakeTimers();
    sink = new Sink();
    stream = new EventStream(
      sink,
      ({ topic }) => topic !== 'rollouts',
      () => '7-0',
    );
    offer = (...events) => stream.offer({ position: '7-0', events });
  });

  afterEach(() => {
    stream.end();
    jest.useRealTimers();
  });

  it('says the first event at once and gathers the others for a quarter of a second', () => {
    offer(event('a', 1));
    offer(event('a', 2));
    offer(event('b', 1));
    offer(event('a', 3));
    expect(sink.written).toEqual([said(event('a', 1))]);
    jest.advanceTimersByTime(250);
    expect(sink.written.slice(1)).toEqual([said(event('a', 3), event('b', 1))]);
  });

  it('says nothing of what was not asked for', () => {
    offer(event('a', 1, 'rollouts'));
    expect(sink.written).toEqual([]);
  });

  it('writes nothing to a client that does not read, and cuts it off when it stays silent', () => {
    sink.reads = false;
    offer(event('a', 1));
    for (let id = 0; id < 2_000; id += 1) offer(event(String(id), 1));
    jest.advanceTimersByTime(1_000);
    expect(sink.written).toHaveLength(1);
    stream.keepAlive();
    expect(sink.destroy).toHaveBeenCalledTimes(1);
  });

  it('goes on when the client reads again, and says that something was lost', () => {
    sink.reads = false;
    offer(event('a', 1));
    for (let id = 0; id < 2_000; id += 1) offer(event(String(id), 1));
    sink.reads = true;
    jest.advanceTimersByTime(250);
    sink.emit('drain');
    expect(sink.written[1]).toBe('event: reset\ndata: {}\nid: 7-0\n\n');
    stream.keepAlive();
    expect(sink.written.at(-1)).toBe(': alive\nid: 7-0\n\n');
  });

  it('says one message for each topic, the position in the last of them', () => {
    offer(event('a', 1), event('x', 1, 'groups'), event('b', 1));
    const [devices, groups] = [[event('a', 1), event('b', 1)], [event('x', 1, 'groups')]].map((each) =>
      JSON.stringify(each),
    );
    expect(sink.written).toEqual([`event: devices\ndata: ${devices}\n\nevent: groups\ndata: ${groups}\nid: 7-0\n\n`]);
  });

  it('gives no position while something is yet to be said', () => {
    offer(event('a', 1));
    offer(event('b', 1));
    stream.keepAlive();
    expect(sink.written.at(-1)).toBe(': alive\n\n');
  });

  it('says nothing while it is held, and then what it was offered', () => {
    stream = new EventStream(
      sink,
      () => true,
      () => '7-0',
      true,
    );
    offer(event('a', 1));
    stream.keepAlive();
    expect(sink.written).toEqual([': alive\n\n']);
    stream.release();
    expect(sink.written.slice(1)).toEqual([said(event('a', 1))]);
  });

  it('says its position alone when there was nothing to say', () => {
    stream = new EventStream(
      sink,
      () => true,
      () => '7-0',
      true,
    );
    stream.release();
    expect(sink.written).toEqual(['id: 7-0\n\n']);
  });

  it('leaves no timer behind', () => {
    offer(event('a', 1));
    stream.end();
    stream.end();
    expect(jest.getTimerCount()).toBe(0);
    expect(sink.end).toHaveBeenCalledTimes(1);
  });
});
