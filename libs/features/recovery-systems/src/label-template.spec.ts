import fc from 'fast-check';
import { labelOf, templateProblem } from './label-template';

const context = { date: '20261127', model: 'Box-24', set: 'base', sequence: 14 };

describe('a label template', () => {
  it.each([
    ['fleet-{date}', 'fleet-20261127'],
    ['{model}-{set}-{sequence}', 'box-24-base-14'],
    ['{set}{sequence}', 'base14'],
    ['plain', 'plain'],
  ])('%s makes %s', (template, label) => {
    expect(templateProblem(template, true)).toBeUndefined();
    expect(labelOf(template, context, new Set())).toEqual({ kind: 'label', label });
  });

  it('counts on where the device has the label', () => {
    expect(labelOf('{date}', context, new Set(['20261127', '20261127-1']))).toEqual({
      kind: 'label',
      label: '20261127-2',
    });
  });

  it.each([
    ['', true, 'makes "", which is no label: small letters, digits and single dashes between them'],
    ['Fleet', true, 'makes "Fleet", which is no label'],
    ['fleet--{date}', true, 'makes "fleet--20261127", which is no label'],
    ['-{date}', true, 'which is no label'],
    ['{date}-', true, 'which is no label'],
    ['{day}', true, 'does not know {day}: use {date}, {model}, {set}, {sequence}'],
    ['{date', true, 'makes "{date", which is no label'],
    ['{set}', false, 'names {set}, but no validation set is asked for'],
    ['{sequence}', false, 'names {sequence}, but no validation set is asked for'],
    ['a'.repeat(65), true, 'longer than 64 characters'],
  ])('%j (sets: %j) is refused: it %s', (template, sets, problem) => {
    expect(templateProblem(template, sets)).toContain(problem);
  });

  it('makes none where the sequence is not known, or the device has a long model', () => {
    expect(labelOf('r{sequence}', { date: '20261127', model: 'pc', set: 'base' }, new Set())).toEqual({
      kind: 'none',
      why: 'cannot make a label of "r{sequence}": the sequence of the set is not known',
    });
    expect(labelOf('r-{model}', { ...context, model: 'm'.repeat(63) }, new Set())).toMatchObject({ kind: 'none' });
  });

  it('makes a label that snapd takes and the device has not, or says why it makes none', () => {
    const word = fc.stringMatching(/^[a-z0-9-]{0,12}$/);
    const template = fc
      .array(fc.oneof(word, fc.constantFrom('{date}', '{model}', '{set}', '{sequence}')), { maxLength: 5 })
      .map((parts) => parts.join(''));
    const model = fc.stringMatching(/^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,40}$/);
    fc.assert(
      fc.property(template, model, fc.nat(5), (text, name, clashes) => {
        fc.pre(templateProblem(text, true) === undefined);
        const taken = new Set<string>();
        for (let n = 0; n <= clashes; n += 1) {
          const made = labelOf(text, { ...context, model: name }, taken);
          if (made.kind === 'none') return made.why.includes('longer than 64 characters');
          if (!/^[a-z0-9](?:-?[a-z0-9])*$/.test(made.label) || taken.has(made.label)) return false;
          taken.add(made.label);
        }
        return true;
      }),
    );
  });
});
