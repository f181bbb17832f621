export { actionsFor, type Action } from './actions';
export { combine, combineSets, type CombinedComponent, type CombinedSnap, type Effective, type Say } from './combine';
export { conflictsAmong, setsBetween, type Conflict } from './conflicts';
export { findAmong, type FindInstalled, type InstalledSnap } from './installed';
export { conflictLine, conflictText, enforceRefusalText, refreshRefusalText, unmetText } from './texts';
export { isMet, unmetBy, type Lack, type Lacks, type Unmet } from './unmet';
export {
  keyOf,
  unionOf,
  type Constraint,
  type Presence,
  type SnapConstraint,
  type ValidationSet,
} from './validation-set';
export { Combination, isValidAlone, type EnforceVerdict, type RefreshVerdict } from './verdict';
