import { FleetTime } from './fleet-time';

describe('FleetTime', () => {
  it('runs timers in the order in which they are due, each at its time', async () => {
    const time = new FleetTime(1_000);
    const ran: [string, number][] = [];
    for (const [name, ms] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
      ['d', 30],
    ] as const)
      time.setTimer(ms, () => ran.push([name, time.now().getTime()]));
    await time.advanceTo(1_025);
    expect(ran).toEqual([['a', 1_010], ['b', 1_020]]); // prettier-ignore
    await time.advanceTo(2_000);
    expect(ran.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(time.now().getTime()).toBe(2_000);
  });

  it('runs what is set on the way, and nothing that was cancelled', async () => {
    const time = new FleetTime(0);
    const ran: number[] = [];
    const cancel = time.setTimer(5, () => ran.push(-1));
    time.setTimer(1, () => time.setTimer(1, () => ran.push(time.now().getTime())));
    cancel();
    await time.advanceTo(10);
    expect(ran).toEqual([2]);
    expect(time.nextDueMs()).toBeUndefined();
  });

  it('wakes who sleeps, and keeps many timers in order', async () => {
    const time = new FleetTime(0);
    const woken: number[] = [];
    const delays = Array.from({ length: 500 }, (_, at) => (at * 7_919) % 1_009);
    for (const ms of delays) void time.sleep(ms).then(() => woken.push(ms));
    await time.advanceTo(2_000);
    expect(woken).toEqual([...delays].sort((one, two) => one - two));
  });
});
