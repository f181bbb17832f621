export {
  distanceOf,
  isFresh,
  madeOf,
  unknownDistance,
  type Distance,
  type MadeOf,
  type Runs,
  type TrackedSet,
} from './distance';
export { labelOf, templateProblem, type LabelContext, type LabelResult } from './label-template';
export { prune, type KeptSystem, type Making, type Pruning } from './prune';
export { whoseLabel, type LabelEvidence, type Maker, type Whose } from './whose-label';
