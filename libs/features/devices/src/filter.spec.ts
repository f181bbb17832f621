import { FilterError, parseFilter } from './filter';

describe('parseFilter', () => {
  it('reads conditions joined by and, with quoted values', () => {
    expect(parseFilter('model=pc and label.site != "berlin \\"mitte\\""')).toEqual([
      { field: 'model', operator: '=', value: 'pc' },
      { field: 'label', key: 'site', operator: '!=', value: 'berlin "mitte"' },
    ]);
  });

  it('takes an empty filter as every device', () => {
    expect(parseFilter('  ')).toEqual([]);
  });

  it.each([
    ['model', 5, 'expected = or !='],
    ['model=', 6, 'expected a value'],
    ['colour=red', 0, 'unknown field "colour"'],
    ['model=pc or serial=1', 9, 'expected "and", found "or"'],
    ['model=pc and', 12, 'expected a condition after "and"'],
    ['=pc', 0, 'expected a field'],
    ['model="pc', 6, 'unreadable text'],
    ['label.=x', 0, 'unknown field "label."'],
  ])('refuses %p at position %i', (text, position, what) => {
    const error = catchError(() => parseFilter(text));
    expect(error).toBeInstanceOf(FilterError);
    expect(error).toMatchObject({ position, message: expect.stringContaining(what) });
  });
});

function catchError(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
