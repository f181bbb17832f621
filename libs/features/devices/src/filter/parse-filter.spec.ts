import { FilterError } from './filter-error';
import { FILTER_MOST, parseFilter } from './parse-filter';
import type { Expression, Term, Value } from './expression';

/** The expression with its parentheses written out, to be compared at a glance. */
function spelled(expression: Expression): string {
  switch (expression.kind) {
    case 'not':
      return `not(${spelled(expression.part)})`;
    case 'and':
    case 'or':
      return `${expression.kind}(${expression.parts.map(spelled).join(' ')})`;
    case 'term':
      return `${fieldOf(expression)}${testOf(expression)}`;
  }
}

function fieldOf({ field }: Term): string {
  switch (field.of) {
    case 'device':
      return field.name;
    case 'label':
      return `label[${field.key}]`;
    case 'snap':
      return `snap[${field.snap}]${field.comparison?.column ?? ''}`;
    case 'set':
      return `${field.rows}[${field.account}/${field.set}]${field.comparison?.column ?? ''}`;
    default:
      return field.of;
  }
}

function testOf({ test }: Term): string {
  if (test.is === 'present') return '?';
  return test.is === 'equal' ? `=${test.values.map(valueOf).join('|')}` : `${test.order}${valueOf(test.value)}`;
}

function valueOf(value: Value): string {
  switch (value.kind) {
    case 'text':
      return value.text;
    case 'glob':
      return `glob:${value.like}`;
    case 'number':
      return `number:${value.number}`;
    case 'truth':
      return `truth:${value.truth}`;
    case 'moment':
      return value.at.toISOString();
    case 'age':
      return `age:${value.ms}`;
  }
}

describe('parseFilter', () => {
  it.each([
    ['  ', 'and()'],
    ['model=pc', 'model=pc'],
    ['model=pc and label.site != "berlin \\"mitte\\""', 'and(model=pc not(label[site]=berlin "mitte"))'],
    ['model=a or model=b and model=c', 'or(model=a and(model=b model=c))'],
    ['(model=a or model=b) and model=c', 'and(or(model=a model=b) model=c)'],
    ['not model=a and model=b', 'and(not(model=a) model=b)'],
    ['not(model=a and not model=b)', 'not(and(model=a not(model=b)))'],
    ['((model=a))', 'model=a'],
    ['model in (pc, "p i",x*)', 'model=pc|p i|glob:x%'],
    ['serial=pi-*', 'serial=glob:pi-%'],
    ['serial="pi-*"', 'serial=pi-*'],
    ['serial=a_b%c\\d**e', 'serial=glob:a\\_b\\%c\\\\d%e'],
    ['label.a.b=and', 'label[a.b]=and'],
    ['site=berlin', 'label[site]=berlin'],
    ['label.x=""', 'label[x]='],
    ['has label.site', 'label[site]?'],
    ['has snap.core22', 'snap[core22]?'],
    ['snap.core22.installed=false', 'snap[core22]=truth:false'],
    ['snap.core22.revision<1380', 'snap[core22]s.revision<number:1380'],
    ['snap.core22.revision=x1', 'snap[core22]s.revision=x1'],
    ['snap.core22.failures>2', 'snap[core22]s.failure_count>number:2'],
    ['refresh.last<2026-11-27', 'refresh.last<2026-11-27T00:00:00.000Z'],
    ['snap.x.version>=1.2-3', 'snap[x]s.version>=1.2-3'],
    ['set.acme/base.sequence<14', 'device_sets[acme/base]s.sequence<number:14'],
    ['has set.acme/base', 'device_sets[acme/base]?'],
    ['set.acme/base.drifted=true', 'drifted_sets[acme/base]=truth:true'],
    ['set.acme/base.mode in (enforce)', 'device_sets[acme/base]s.mode=enforce'],
    ['system.default-since>12w', 'system.default-since>age:7257600000'],
    ['system.label=2026*', 'system-label=glob:2026%'],
    ['group in (a, b)', 'group=a|b'],
    ['last-seen>7d', 'last-seen>age:604800000'],
    ['created<=2026-11-27', 'created<=2026-11-27T00:00:00.000Z'],
    ['created>"2026-11-27T10:00:00+02:00"', 'created>2026-11-27T08:00:00.000Z'],
    ['disk.free<512M', 'disk.free<number:536870912'],
    ['online=true', 'online=truth:true'],
  ])('reads %p as %s', (text, expected) => {
    expect(spelled(parseFilter(text))).toBe(expected);
  });

  it.each([
    ['model', 5, 'expected =, != or in, found the end'],
    ['model=', 6, 'expected a value, found the end'],
    ['model=(', 6, 'expected a value, found "("'],
    ['model<pc', 5, 'expected =, != or in, found "<"'],
    ['colour=red', 0, 'unknown field "colour" (use id, brand, '],
    ['modle=pc', 0, 'unknown field "modle" (did you mean "model"?)'],
    ['model=pc and Serial=x', 13, 'did you mean "serial"?'],
    ['model=pc serial=1', 9, 'expected "and" or "or", found "serial"'],
    ['model=pc and', 12, 'expected a field, "not", "has" or "(", found the end'],
    ['=pc', 0, 'expected a field'],
    ['"model"=pc', 0, 'expected a field'],
    ['model="pc', 6, 'quotation mark that is not closed'],
    ['model!pc', 5, 'expected "!=", found "!"'],
    ['(model=pc', 9, 'expected "and", "or" or ")", found the end'],
    ['model=pc)', 8, 'expected "and" or "or", found ")"'],
    ['model in pc', 9, 'expected "("'],
    ['model in (pc', 12, 'expected "," or ")"'],
    ['model in ()', 10, 'expected a value'],
    ['has', 3, 'expected a field, found the end'],
    ['label.=x', 0, 'unknown field "label."'],
    ['snap.core22=5', 0, 'expected an attribute behind "snap.core22" (use installed, active,'],
    ['snap.core22.revison<5', 0, 'unknown attribute "revison" of "snap.core22.revison" (did you mean "revision"?)'],
    ['snap.core22.revision<x1', 21, 'expected a revision that is a number'],
    ['set.acme.sequence=1', 0, 'expected set.<account>/<name>.<attribute>'],
    ['set.acme/base.mode=enforced', 19, 'expected "enforce", found "enforced"'],
    ['set.acme/base.sequence=1.5', 23, 'expected a whole number'],
    ['online=yes', 7, 'expected true or false, found "yes"'],
    ['last-seen=7d', 9, 'expected <, <=, > or >=, found "="'],
    ['last-seen in (7d)', 10, 'expected <, <=, > or >='],
    ['last-seen>soon', 10, 'expected a time such as'],
    ['created>2026-02-30', 8, 'expected a time such as'],
    ['created>2026-11-27T25:00:00Z', 8, 'expected a time such as'],
    ['id=7', 3, 'expected a UUID'],
    ['snapd.version<new', 14, 'expected a version that begins with a number'],
    ['disk.free<9999999999T', 10, 'expected a number of bytes'],
    ['constructor=x', 0, 'unknown field "constructor"'],
    ['snap.x.toString=1', 0, 'unknown attribute "toString"'],
  ])('refuses %p at position %i', (text, position, what) => {
    const error = catchError(() => parseFilter(text));
    expect(error).toBeInstanceOf(FilterError);
    expect(error).toMatchObject({ position, message: expect.stringContaining(what) as string });
  });

  it.each([
    ['length', `model="${'x'.repeat(FILTER_MOST.length)}"`, 'at most 4000 characters'],
    ['parentheses', `${'('.repeat(21)}model=pc${')'.repeat(21)}`, 'at most 20 levels'],
    ['negations', `${'not '.repeat(21)}model=pc`, 'at most 20 levels'],
    ['terms', Array(201).fill('model=a').join(' or '), 'at most 200 terms'],
    ['values', `model in (${Array(201).fill('a').join(',')})`, 'at most 200 terms'],
  ])('bounds %s', (_what, text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });

  it('takes what is just within the bounds', () => {
    expect(() => parseFilter(`${'('.repeat(20)}model=pc${')'.repeat(20)}`)).not.toThrow();
    expect(() => parseFilter(Array(200).fill('model=a').join(' or '))).not.toThrow();
  });
});

function catchError(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
