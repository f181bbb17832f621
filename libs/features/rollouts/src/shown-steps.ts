import type { RolloutDoes, RolloutStep } from '@corefleet/contracts/http';
import { shownParameters } from '@corefleet/operations';

/** Steps as they may be shown: secrets hidden, and all parameters of an operation that this catalogue does not know. */
export const shownSteps = (steps: readonly RolloutStep[]): RolloutStep[] =>
  steps.map(({ operation, parameters }) => {
    const shown = shownParameters(operation, parameters);
    return { operation, parameters: typeof shown === 'object' ? (shown as RolloutStep['parameters']) : {} };
  });

/** What a rollout does, as it may be shown. */
export const shownDoes = (does: RolloutDoes): RolloutDoes =>
  'steps' in does ? { steps: shownSteps(does.steps) } : does;
