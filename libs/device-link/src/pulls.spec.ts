import { LIMITS } from '@corefleet/contracts/device-protocol';
import fc from 'fast-check';
import { loaded, NO_PULLS, nudged, pulled, type Pulls, type PullsStep } from './pulls';

const aCommand = (sequence: number) => ({ sequence, command: { envelope: `${sequence}`, keyId: 'k', signature: 's' } });
const ask = (from: number) => (pulls: Pulls) => pulled(pulls, from, true);
const askOnce = (from: number) => (pulls: Pulls) => pulled(pulls, from, false);
const load =
  (sequences: number[], nowMs = 0) =>
  (pulls: Pulls) =>
    loaded(pulls, sequences.map(aCommand), false, nowMs);

/** What is done about each step, in short. */
function play(...steps: ((pulls: Pulls) => PullsStep)[]): string[] {
  let pulls = NO_PULLS;
  return steps.map((next) => {
    const taken = next(pulls);
    pulls = taken.pulls;
    return taken.effects
      .map((effect) => {
        if (effect.do === 'load-commands') return `load above ${effect.lastSequence}`;
        if (effect.do !== 'send') return effect.do;
        const { frame } = effect;
        return frame.type === 'commands' ? `hand over ${frame.commands.map(({ envelope }) => envelope)}` : frame.type;
      })
      .join();
  });
}

describe('a pull', () => {
  it.each<[string, ((pulls: Pulls) => PullsStep)[], string[]]>([
    ['is answered, be it with nothing', [ask(4), load([])], ['load above 4', 'hand over ']],
    [
      'stands: what is signed later is handed over above what was',
      [ask(4), load([5]), nudged, load([6]), nudged],
      ['load above 4', 'hand over 5', 'load above 5', 'hand over 6', 'load above 6'],
    ],
    [
      'does not stand for an agent that cannot take that',
      [askOnce(4), load([5]), nudged],
      ['load above 4', 'hand over 5', 'nudge'],
    ],
    ['is asked for by a nudge where there was none', [nudged], ['nudge']],
    [
      'is loaded anew when one more or a nudge came meanwhile',
      [ask(4), nudged, load([5]), load([5, 6])],
      ['load above 4', '', 'load above 4', 'hand over 5,6'],
    ],
    [
      'is answered after a load for a nudge came too early for it',
      [ask(4), load([]), nudged, ask(3), load([5]), load([])],
      ['load above 4', 'hand over ', 'load above 4', '', 'load above 3', 'hand over '],
    ],
    [
      'is asked for again when a nudge finds nothing that was not handed over long ago',
      [ask(4), load([5], 1_000), nudged, load([], 10_999), nudged, load([], 11_000)],
      ['load above 4', 'hand over 5', 'load above 5', '', 'load above 5', 'nudge'],
    ],
    ['is not answered twice', [ask(4), load([5]), load([6])], ['load above 4', 'hand over 5', '']],
  ])('%s', (_what, steps, done) => {
    expect(play(...steps)).toEqual(done);
  });

  it('is used up by as many as one answer holds', () => {
    const many = Array.from({ length: LIMITS.pulledCommands }, (_none, at) => at + 1);
    expect(play(ask(0), load([]), nudged, load(many), nudged).at(-1)).toBe('nudge');
  });

  it('leaves no pull without an answer and no nudge unheard, whatever comes', () => {
    const step = fc.constantFrom<'pull' | 'nudge' | 'load'>('pull', 'nudge', 'load');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, stands) => {
        let pulls = NO_PULLS;
        let owed = false;
        for (const what of steps) {
          const next =
            what === 'pull' ? pulled(pulls, 0, stands) : what === 'nudge' ? nudged(pulls) : loaded(pulls, [], false, 0);
          const sent = next.effects.flatMap((effect) => (effect.do === 'send' ? [effect.frame.type] : []));
          if (what === 'pull') owed = true;
          if (sent.includes('commands')) owed = false;
          // Whoever is owed an answer, or was nudged and not told, has a load under way.
          if (owed || (what === 'nudge' && sent.length === 0)) expect(next.pulls.load).not.toBe('idle');
          pulls = next.pulls;
        }
      }),
    );
  });
});
