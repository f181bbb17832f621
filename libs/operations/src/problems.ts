import type * as z from 'zod/mini';

/** What zod/mini says of a check that has no words of its own. */
const WORDLESS = 'Invalid input';

/** Each problem of a parse in words, naming the parameter: zod/mini carries no texts of its own. */
export function problemsOf(error: z.core.$ZodError): string[] {
  return error.issues.flatMap(describe);
}

function describe(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.length > 0 ? `"${issue.path.map(String).join('.')}": ` : '';
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at}unknown parameter "${key}"`);
  return [at + (issue.message === WORDLESS ? expectation(issue) : issue.message)];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    default:
      return 'invalid value';
  }
}
