import type { Queue } from 'bullmq';
import { addBounded } from './add-bounded';

const jobs = [{ name: 'hold', data: { v: 1 } }];

function aQueue(status: string): { queue: Queue; addBulk: jest.Mock } {
  const addBulk = jest.fn(() => Promise.resolve([]));
  return { queue: { name: 'commands', client: Promise.resolve({ status }), addBulk } as unknown as Queue, addBulk };
}

describe('addBounded', () => {
  it('adds all jobs in their order, and not too many at once', async () => {
    const { queue, addBulk } = aQueue('ready');
    const many = Array.from({ length: 450 }, (_, at) => ({ name: 'hold', data: { v: 1, at } }));
    await addBounded(queue, many);
    const added = addBulk.mock.calls.map(([slice]) => slice as typeof many);
    expect(added.map(({ length }) => length)).toEqual([200, 200, 50]);
    expect(added.flat()).toEqual(many);
  });

  it('adds nothing to a connection that would keep it until Redis is back', async () => {
    const { queue, addBulk } = aQueue('reconnecting');
    await expect(addBounded(queue, jobs)).rejects.toThrow('cannot add jobs to "commands": Redis is away');
    expect(addBulk).not.toHaveBeenCalled();
  });
});
