/** Refreshes to `acme/base=14` and pins it. */
export const BASE_14 = {
  steps: [{ operation: 'enforce-validation-set', parameters: { 'validation-set': 'acme/base=14', refresh: true } }],
};
