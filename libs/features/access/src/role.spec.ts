import { covers, parseRole, ROLES } from './role';

describe('roles', () => {
  it.each([
    ['viewer', [true, false, false, false]],
    ['auditor', [true, true, false, false]],
    ['operator', [true, true, true, false]],
    ['admin', [true, true, true, true]],
  ] as const)('%s covers %j of viewer, auditor, operator, admin', (held, expected) => {
    expect(ROLES.map((required) => covers(held, required))).toEqual(expected);
  });

  it('does not take an unknown role for one without rights', () => {
    expect(() => parseRole('root')).toThrow('cannot read role "root"');
  });
});
