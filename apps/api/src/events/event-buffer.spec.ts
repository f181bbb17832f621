import { EventBuffer } from './event-buffer';

const event = (id: string, version: number) => ({ topic: 'devices', id, version });

describe('EventBuffer', () => {
  it('keeps the newest version of each thing', () => {
    const buffer = new EventBuffer(10);
    for (const each of [event('a', 1), event('b', 1), event('a', 3), event('a', 2)]) buffer.add(each);
    expect(buffer.take()).toEqual({ events: [event('a', 3), event('b', 1)], lost: false });
    expect(buffer.isEmpty()).toBe(true);
  });

  it('says that it lost something instead of growing', () => {
    const buffer = new EventBuffer(2);
    for (const id of ['a', 'b', 'c']) buffer.add(event(id, 1));
    buffer.add(event('a', 2));
    expect(buffer.isLost).toBe(true);
    expect(buffer.take()).toEqual({ events: [], lost: true });
    expect([buffer.isEmpty(), buffer.isLost]).toEqual([true, false]);
    buffer.add(event('d', 1));
    expect(buffer.take()).toEqual({ events: [event('d', 1)], lost: false });
  });
});
