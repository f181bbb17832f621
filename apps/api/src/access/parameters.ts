import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { IdempotencyKey as KeySchema } from '@corefleet/contracts/http';
import { covers, type Principal } from '@corefleet/features/access';
import type { ArtifactReader } from '@corefleet/features/artifacts';
import type { Actor } from '@corefleet/features/audit';
import type { Orderer } from '@corefleet/features/rollouts';
import { InvalidRequestError, UnauthenticatedError } from '@corefleet/platform/errors';
import type { ApiRequest } from '../http/request';

const requestOf = (context: ExecutionContext): ApiRequest => context.switchToHttp().getRequest<ApiRequest>();

function principalOf(context: ExecutionContext): Principal {
  const { principal } = requestOf(context);
  if (principal === undefined) throw new UnauthenticatedError('cannot tell who asks: the route is public');
  return principal;
}

/** The `Principal` who asks. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context): Principal => principalOf(context));

/** The `Actor` who asks, for the audit. */
export const CurrentActor = createParamDecorator((_: unknown, context): Actor => principalOf(context).actor);

/** Who asks, with which of the kept files that role may read. */
export const CurrentReader = createParamDecorator((_: unknown, context): ArtifactReader => {
  const { actor, role } = principalOf(context);
  return { actor, mayReadSensitive: covers(role, 'admin') };
});

/** Who orders or approves a rollout. */
export const CurrentOrderer = createParamDecorator((_: unknown, context): Orderer => {
  const { actor, role, userId, username } = principalOf(context);
  return { actor, mayReadSensitive: covers(role, 'admin'), personId: userId, personName: username };
});

/** The address the request came from. */
export const Source = createParamDecorator((_: unknown, context): string => requestOf(context).ip);

/** The `Idempotency-Key` header, when there is one. */
export const IdempotencyKey = createParamDecorator((_: unknown, context): string | undefined => {
  const given = requestOf(context).headers['idempotency-key'];
  if (given === undefined) return undefined;
  const parsed = KeySchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ message }) => ({ field: 'Idempotency-Key', message }));
  throw new InvalidRequestError('cannot read the request: wrong Idempotency-Key', problems);
});
