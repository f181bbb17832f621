import { eventually } from './eventually';

describe('eventually', () => {
  it('answers what the condition answered at last', async () => {
    const answers = [undefined, null, false, 0];
    expect(await eventually(() => answers.shift(), { what: 'an answer', everyMs: 1 })).toBe(0);
  });

  it('takes a throw as not yet', async () => {
    let calls = 0;
    const condition = (): boolean => {
      expect(++calls).toBe(3);
      return true;
    };
    expect(await eventually(condition, { what: 'three calls', everyMs: 1 })).toBe(true);
  });

  it('names what it waited for and the last reason', async () => {
    const condition = (): never => {
      throw new Error('row is missing');
    };
    const waiting = eventually(condition, { what: 'the row', timeoutMs: 5, everyMs: 1 });
    await expect(waiting).rejects.toThrow('cannot wait any longer for the row: 5 ms passed: row is missing');
  });
});
