import { standingOf } from './standing';
import { aDevice, ourCommand } from './testing/factories';

const old = { sets: [{ key: 'acme/base', sequence: 1, mode: 'enforce', ofModel: false }] };

describe('how a device stands', () => {
  it.each<[string, Parameters<typeof aDevice>, string, string | undefined]>([
    ['one that has said nothing', [{ systems: null }], 'silent', undefined],
    ['one without systems', [{ systems: [] }], 'none', undefined],
    ['one with what it came with', [], 'unknown', 'factory'],
    ['one with a new system of ours', [{}, [ourCommand('a', 1, old), ourCommand('b', 2)]], 'fresh', 'b'],
    ['one with an old system of ours', [{}, [ourCommand('a', 1, old)]], 'stale', 'a'],
    ['one whose snaps have moved', [{ snaps: { core24: '6', pc: '2' } }, [ourCommand('a', 1)]], 'stale', 'a'],
    ['one of ours of unknown making', [{}, [ourCommand('a', 1, { sets: null, snaps: null })]], 'unknown', 'a'],
  ])('%s', (_what, device, state, recovery) => {
    const standing = standingOf(aDevice(...device));
    expect([standing.state, standing.recovery?.label]).toEqual([state, recovery]);
  });

  it('knows a tested system, a default one, and who else makes systems', () => {
    const systems = ['x', 'factory'].map((label) => ({ label, current: label === 'factory', default: false }));
    expect(standingOf(aDevice({ systems, seedRefresh: true }))).toMatchObject({
      ...{ tested: false, hasDefault: false, ours: 0 },
      warnings: [{ cause: 'seed-refresh' }, { message: 'systems that we did not make are left alone: x' }],
    });
    expect(standingOf(aDevice({}, [ourCommand('a', 1)]))).toMatchObject({
      ...{ tested: true, hasDefault: true, ours: 1, warnings: [] },
    });
  });
});
