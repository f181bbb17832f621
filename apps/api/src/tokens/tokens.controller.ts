import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { CreatedToken, CreateTokenRequest, IdParams, PageQuery, TokenPage } from '@corefleet/contracts/http';
import { TokensService, type Principal } from '@corefleet/features/access';
import { Requires } from '../access/declarations';
import { CurrentPrincipal } from '../access/parameters';
import { listPage } from '../http/cursor';

class CreateTokenRequestDto extends createZodDto(CreateTokenRequest) {}
class CreatedTokenDto extends createZodDto(CreatedToken) {}
class TokenPageDto extends createZodDto(TokenPage) {}
class PageQueryDto extends createZodDto(PageQuery) {}
class IdParamsDto extends createZodDto(IdParams) {}

@ApiTags('access')
@Controller('v1/tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Post()
  @Requires('viewer')
  @ZodResponse({ status: 201, type: CreatedTokenDto })
  create(@CurrentPrincipal() principal: Principal, @Body() request: CreateTokenRequestDto) {
    return this.tokens.create(principal, request);
  }

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: TokenPageDto })
  list(@CurrentPrincipal() principal: Principal, @Query() query: PageQueryDto) {
    return listPage(query, 'uuid', (page) => this.tokens.list(principal, page));
  }

  @Delete(':id')
  @Requires('viewer')
  @HttpCode(204)
  async revoke(@CurrentPrincipal() principal: Principal, @Param() { id }: IdParamsDto): Promise<void> {
    await this.tokens.revoke(principal, id);
  }
}
