import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { AccessService, Role } from '@corefleet/features/access';
import { RefusedError, UnauthenticatedError } from '@corefleet/platform/errors';
import { AccessGuard } from './access.guard';
import { Public, Requires } from './declarations';

class Routes {
  @Public('says nothing')
  open(): string {
    return '';
  }

  @Requires('operator')
  act(): string {
    return '';
  }

  undeclared(): string {
    return '';
  }
}

/** A request to the route with this credential, from somebody who has the role. */
async function ask(route: keyof Routes, authorization?: string, role: Role = 'viewer'): Promise<boolean> {
  const request = { method: 'POST', routeOptions: { url: '/v1/x' }, headers: { authorization }, ip: '192.0.2.7' };
  const access: Pick<AccessService, 'authenticate'> = {
    authenticate: (bearer) =>
      Promise.resolve({
        ...{ role, userId: 'u', username: 'ada', tokenId: bearer, tokenKind: 'session' },
        actor: { kind: 'person', id: 'u', name: 'ada' },
      }),
  };
  const guard = new AccessGuard(new Reflector(), access as AccessService);
  const context = { switchToHttp: () => ({ getRequest: () => request }), getHandler: () => Routes.prototype[route] };
  return guard.canActivate(context as unknown as ExecutionContext);
}

describe('AccessGuard', () => {
  it('lets everybody through a public route, and the role through its own', async () => {
    expect(await ask('open')).toBe(true);
    expect(await ask('act', 'Bearer x', 'operator')).toBe(true);
    expect(await ask('act', 'bearer x', 'admin')).toBe(true);
  });

  it.each([undefined, '', 'x', 'Basic x', 'Bearer ', 'Bearer a b', 'Bearer x\n'])(
    'knows nobody by %j',
    async (header) => {
      await expect(ask('act', header, 'admin')).rejects.toThrow(UnauthenticatedError);
    },
  );

  it('refuses a lesser role', async () => {
    await expect(ask('act', 'Bearer x', 'viewer')).rejects.toThrow(
      'cannot POST /v1/x: it needs role operator, you have viewer',
    );
  });

  it('refuses everybody at a route that declares nobody', async () => {
    await expect(ask('undeclared', 'Bearer x', 'admin')).rejects.toThrow(RefusedError);
  });
});
