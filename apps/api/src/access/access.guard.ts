import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AccessService, covers } from '@corefleet/features/access';
import { RefusedError, UnauthenticatedError } from '@corefleet/platform/errors';
import { routeName, type ApiRequest } from '../http/request';
import { ACCESS, type Access } from './declarations';

const BEARER = /^Bearer ([\x21-\x7e]+)$/i;

/** Stands before every route and lets nobody through whom the route's declaration does not name. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly access: AccessService,
  ) {}

  /** @throws UnauthenticatedError without a good credential, RefusedError without the role or a declaration */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const declared = this.reflector.get<Access | undefined>(ACCESS, context.getHandler());
    if (declared === undefined) throw new RefusedError(`cannot ${routeName(request)}: it declares nobody who may`);
    if (declared.kind === 'public') return true;
    const principal = await this.access.authenticate(bearerOf(request), request.ip);
    request.principal = principal;
    if (covers(principal.role, declared.role)) return true;
    throw new RefusedError(`cannot ${routeName(request)}: it needs role ${declared.role}, you have ${principal.role}`);
  }
}

/** The bearer secret of the `Authorization` header. */
export function bearerOf(request: ApiRequest): string {
  const [, bearer] = BEARER.exec(request.headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  throw new UnauthenticatedError('cannot tell who asks: send "Authorization: Bearer <token>"');
}
