import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { LoginAnswer, LoginRequest, Me } from '@corefleet/contracts/http';
import { AccessService, type Principal } from '@corefleet/features/access';
import { Public, Requires } from '../access/declarations';
import { CurrentPrincipal, Source } from '../access/parameters';

class LoginRequestDto extends createZodDto(LoginRequest) {}
class LoginAnswerDto extends createZodDto(LoginAnswer) {}
class MeDto extends createZodDto(Me) {}

@ApiTags('access')
@Controller('v1')
export class SessionController {
  constructor(private readonly access: AccessService) {}

  @Post('login')
  @Public('attempts are bounded for each username and source')
  @ZodResponse({ status: 200, type: LoginAnswerDto })
  login(@Body() { username, password }: LoginRequestDto, @Source() source: string) {
    return this.access.login(username, password, source);
  }

  @Post('logout')
  @Requires('viewer')
  @HttpCode(204)
  async logout(@CurrentPrincipal() principal: Principal): Promise<void> {
    await this.access.logout(principal);
  }

  @Get('me')
  @Requires('viewer')
  @ZodResponse({ type: MeDto })
  me(@CurrentPrincipal() { username, role, tokenKind }: Principal) {
    return { username, role, credential: tokenKind };
  }
}
