import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  ChangeWebhookRequest,
  CreateWebhookRequest,
  DeliveriesQuery,
  DeliveryPage,
  DeliveryView,
  IdParams,
  ReplayAnswer,
  ReplayRequest,
  RotateSecretRequest,
  WebhookList,
  WebhookView,
  WebhookWithSecret,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { DeliveriesService, meansAnEvent, WebhooksService } from '@corefleet/features/webhooks';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { Requires } from '../access/declarations';
import { CurrentActor } from '../access/parameters';
import { listPage } from '../http/cursor';

class ActRequestDto extends createZodDto(ActRequest) {}
class ChangeWebhookRequestDto extends createZodDto(ChangeWebhookRequest) {}
class CreateWebhookRequestDto extends createZodDto(CreateWebhookRequest) {}
class DeliveriesQueryDto extends createZodDto(DeliveriesQuery) {}
class DeliveryPageDto extends createZodDto(DeliveryPage) {}
class DeliveryViewDto extends createZodDto(DeliveryView) {}
class IdParamsDto extends createZodDto(IdParams) {}
class ReplayAnswerDto extends createZodDto(ReplayAnswer) {}
class ReplayRequestDto extends createZodDto(ReplayRequest) {}
class RotateSecretRequestDto extends createZodDto(RotateSecretRequest) {}
class WebhookListDto extends createZodDto(WebhookList) {}
class WebhookViewDto extends createZodDto(WebhookView) {}
class WebhookWithSecretDto extends createZodDto(WebhookWithSecret) {}

/** For admins alone: an address may be a secret of its receiver, and what is sent there leaves the fleet. */
@ApiTags('webhooks')
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly deliveries: DeliveriesService,
  ) {}

  @Get()
  @Requires('admin')
  @ZodResponse({ type: WebhookListDto })
  async list() {
    return { items: await this.webhooks.list() };
  }

  @Get(':id')
  @Requires('admin')
  @ZodResponse({ type: WebhookViewDto })
  get(@Param() { id }: IdParamsDto) {
    return this.webhooks.get(id);
  }

  /** The answer shows its secret, once. What happens from now on is told. */
  @Post()
  @Requires('admin')
  @ZodResponse({ status: 201, type: WebhookWithSecretDto })
  create(@CurrentActor() actor: Actor, @Body() request: CreateWebhookRequestDto) {
    requireEvents(request.events);
    return this.webhooks.create(actor, request);
  }

  @Patch(':id')
  @Requires('admin')
  @ZodResponse({ type: WebhookViewDto })
  change(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() request: ChangeWebhookRequestDto) {
    requireEvents(request.events ?? []);
    return this.webhooks.change(actor, id, request);
  }

  /** With its deliveries. */
  @Delete(':id')
  @Requires('admin')
  @HttpCode(204)
  async remove(
    @CurrentActor() actor: Actor,
    @Param() { id }: IdParamsDto,
    @Body() { remark }: ActRequestDto,
  ): Promise<void> {
    await this.webhooks.remove(actor, id, remark);
  }

  /** The answer shows the new secret, once. Messages are signed with both until the old one's time is over. */
  @Post(':id/rotate-secret')
  @Requires('admin')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: WebhookWithSecretDto })
  rotateSecret(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() request: RotateSecretRequestDto) {
    return this.webhooks.rotateSecret(actor, id, request.overlapSeconds, request.remark);
  }

  /** Sends an event `webhook.ping`, whatever the webhook wants to hear. */
  @Post(':id/ping')
  @Requires('admin')
  @ZodResponse({ status: 202, type: DeliveryViewDto })
  @HttpCode(202)
  ping(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto) {
    return this.deliveries.ping(actor, id);
  }

  /** What was sent, is to be sent and was given up, newest first. */
  @Get(':id/deliveries')
  @Requires('admin')
  @ZodResponse({ type: DeliveryPageDto })
  listDeliveries(@Param() { id }: IdParamsDto, @Query() query: DeliveriesQueryDto) {
    return listPage(query, 'number', (page) => this.deliveries.list(id, page));
  }

  /** Sends deliveries again, under their ids. */
  @Post(':id/replay')
  @Requires('admin')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: ReplayAnswerDto })
  async replay(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() request: ReplayRequestDto) {
    return { count: await this.deliveries.replay(actor, id, request) };
  }
}

/** @throws InvalidRequestError for what never happens: it would be waited for in vain */
function requireEvents(events: readonly string[]): void {
  const problems = events.flatMap((pattern, at) =>
    meansAnEvent(pattern) ? [] : [{ field: `events.${at}`, message: `"${pattern}" is no type of event` }],
  );
  if (problems.length > 0) throw new InvalidRequestError('cannot take the webhook: it wants unknown events', problems);
}
