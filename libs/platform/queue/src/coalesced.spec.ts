import { Coalesced } from './coalesced';

describe('Coalesced', () => {
  it('runs once more for everything asked while it runs', async () => {
    let runs = 0;
    const work = new Coalesced(async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }, fail);
    work.ask();
    work.ask();
    work.ask();
    await work.idle();
    expect(runs).toBe(2);
  });

  it('tells of a failure and runs again when asked', async () => {
    const errors: unknown[] = [];
    const work = new Coalesced(
      () => Promise.reject(new Error('away')),
      (error) => errors.push(error),
    );
    work.ask();
    await work.idle();
    work.ask();
    await work.idle();
    expect(errors).toHaveLength(2);
  });
});

function fail(error: unknown): void {
  throw error;
}
