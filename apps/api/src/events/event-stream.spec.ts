import { EventEmitter } from 'node:events';
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
const said = (...events: object[]): string =>
  events.map((each) => `event: devices\ndata: ${JSON.stringify(each)}\n\n`).join('');

describe('EventStream', () => {
  let sink: Sink;
  let stream: EventStream;

  beforeEach(() => {
    jest.useFakeTimers();
    sink = new Sink();
    stream = new EventStream(sink, ({ topic }) => topic === 'devices');
  });

  afterEach(() => {
    stream.end();
    jest.useRealTimers();
  });

  it('says the first event at once and gathers the others for a quarter of a second', () => {
    stream.offer(event('a', 1));
    stream.offer(event('a', 2));
    stream.offer(event('b', 1));
    stream.offer(event('a', 3));
    expect(sink.written).toEqual([said(event('a', 1))]);
    jest.advanceTimersByTime(250);
    expect(sink.written.slice(1)).toEqual([said(event('a', 3), event('b', 1))]);
  });

  it('says nothing of what was not asked for', () => {
    stream.offer(event('a', 1, 'rollouts'));
    expect(sink.written).toEqual([]);
  });

  it('writes nothing to a client that does not read, and cuts it off when it stays silent', () => {
    sink.reads = false;
    stream.offer(event('a', 1));
    for (let id = 0; id < 2_000; id += 1) stream.offer(event(String(id), 1));
    jest.advanceTimersByTime(1_000);
    expect(sink.written).toHaveLength(1);
    stream.keepAlive();
    expect(sink.destroy).toHaveBeenCalledTimes(1);
  });

  it('goes on when the client reads again, and says that something was lost', () => {
    sink.reads = false;
    stream.offer(event('a', 1));
    for (let id = 0; id < 2_000; id += 1) stream.offer(event(String(id), 1));
    sink.reads = true;
    jest.advanceTimersByTime(250);
    sink.emit('drain');
    expect(sink.written[1]).toMatch(/event: lost\ndata: \{\}\n\n$/);
    stream.keepAlive();
    expect(sink.written.at(-1)).toBe(': alive\n\n');
  });

  it('leaves no timer behind', () => {
    stream.offer(event('a', 1));
    stream.end();
    stream.end();
    expect(jest.getTimerCount()).toBe(0);
    expect(sink.end).toHaveBeenCalledTimes(1);
  });
});
