import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Role } from '@corefleet/features/access';

export const ACCESS = Symbol('ACCESS');

/** Who may use a route. */
export type Access = { readonly kind: 'role'; readonly role: Role } | { readonly kind: 'public'; readonly why: string };

/** The route is for people and tokens with this role, or one that includes it. */
export function Requires(role: Role): MethodDecorator {
  const access: Access = { kind: 'role', role };
  return applyDecorators(SetMetadata(ACCESS, access), ApiBearerAuth(), ApiExtension('x-requires-role', role));
}

/** The route is for everybody. @param why what else keeps it safe, for the reader */
export function Public(why: string): MethodDecorator {
  const access: Access = { kind: 'public', why };
  return SetMetadata(ACCESS, access);
}
