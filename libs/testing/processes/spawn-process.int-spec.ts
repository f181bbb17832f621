import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually, killAll, spawnProcess } from '.';

describe('a spawned process', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'corefleet-spawn-'));
  const script = (source: string): string => {
    const file = path.join(directory, `${Math.random().toString(36).slice(2)}.cjs`);
    writeFileSync(file, source);
    return file;
  };
  const STAY = `console.log('up ' + process.env.NAME); setInterval(() => {}, 1000);`;

  afterAll(async () => {
    await killAll();
    rmSync(directory, { recursive: true });
  });

  it('is ready when it printed the line, and knows only the environment it was given', async () => {
    const spawned = spawnProcess(script(`${STAY} console.error(Object.keys(process.env).join())`), {
      env: { NAME: 'ada' },
    });
    await spawned.ready('up ada');
    await spawned.ready(/PATH,NAME/);
    expect(await spawned.kill()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(spawned.isRunning()).toBe(false);
  });

  it('says its output when it ends before it is ready', async () => {
    const spawned = spawnProcess(script(`console.error('no such port'); process.exit(3);`));
    await expect(spawned.ready('up')).rejects.toThrow(/it ended with 3\s+no such port/);
    expect(await spawned.kill()).toEqual({ code: 3, signal: null });
  });

  it('is over with killAll even when it ignores polite signals', async () => {
    const spawned = spawnProcess(script(`process.on('SIGTERM', () => console.log('no')); ${STAY}`));
    await spawned.ready('up');
    process.kill(spawned.pid, 'SIGTERM');
    await eventually(() => spawned.output().includes('no'), { what: 'the refusal' });
    await killAll();
    expect(await spawned.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
