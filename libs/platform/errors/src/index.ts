export {
  FleetError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  RefusedError,
  UnauthenticatedError,
} from './fleet-error';
export type { FieldProblem } from './fleet-error';
