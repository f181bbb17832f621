import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  ActRequest,
  AllowReEnrolmentRequest,
  DevicePage,
  DevicesPreview,
  DevicesQuery,
  DeviceView,
  IdParams,
  PatchDeviceRequest,
  PreviewDevicesRequest,
} from '@corefleet/contracts/http';
import type { Actor } from '@corefleet/features/audit';
import { DevicesService } from '@corefleet/features/devices';
import { EnrolmentService } from '@corefleet/features/enrolment';
import { PenaltiesService } from '@corefleet/features/rollouts';
import { Requires } from '../access/declarations';
import { CurrentActor } from '../access/parameters';
import { listPage, sealCursor } from '../http/cursor';

class IdParamsDto extends createZodDto(IdParams) {}
class DevicesQueryDto extends createZodDto(DevicesQuery) {}
class DevicePageDto extends createZodDto(DevicePage) {}
class PreviewDevicesRequestDto extends createZodDto(PreviewDevicesRequest) {}
class DevicesPreviewDto extends createZodDto(DevicesPreview) {}
class DeviceViewDto extends createZodDto(DeviceView) {}
class PatchDeviceRequestDto extends createZodDto(PatchDeviceRequest) {}
class AllowReEnrolmentRequestDto extends createZodDto(AllowReEnrolmentRequest) {}
class ActRequestDto extends createZodDto(ActRequest) {}

@ApiTags('devices')
@Controller('v1/devices')
export class DevicesController {
  constructor(
    private readonly devices: DevicesService,
    private readonly enrolment: EnrolmentService,
    private readonly penalties: PenaltiesService,
  ) {}

  @Get()
  @Requires('viewer')
  @ZodResponse({ type: DevicePageDto })
  list(@Query() query: DevicesQueryDto) {
    return listPage(query, 'uuid', (page) => this.devices.list(page));
  }

  /** Whom a filter means, before anything is done with it: counts, models, sites and the first devices. */
  @Post('preview')
  @Requires('viewer')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: DevicesPreviewDto })
  async preview(@Body() { filter, limit }: PreviewDevicesRequestDto) {
    const preview = await this.devices.preview(filter, limit);
    const last = preview.deviceIds.at(-1);
    return preview.count > limit && last !== undefined ? { ...preview, next: sealCursor(last) } : preview;
  }

  @Get(':id')
  @Requires('viewer')
  @ZodResponse({ type: DeviceViewDto })
  get(@Param() { id }: IdParamsDto) {
    return this.devices.get(id);
  }

  @Patch(':id')
  @Requires('operator')
  @ZodResponse({ type: DeviceViewDto })
  setLabels(@CurrentActor() actor: Actor, @Param() { id }: IdParamsDto, @Body() { labels }: PatchDeviceRequestDto) {
    return this.devices.setLabels(actor, id, labels);
  }

  /** Ends the device's enrolment and cuts its link. */
  @Post(':id/revoke')
  @Requires('admin')
  @HttpCode(204)
  async revoke(
    @CurrentActor() actor: Actor,
    @Param() { id }: IdParamsDto,
    @Body() { remark }: ActRequestDto,
  ): Promise<void> {
    await this.enrolment.revokeDevice(actor, id, remark);
  }

  /** Lets the device come with another key once: for one that lost its key without an order that did it. */
  @Post(':id/allow-re-enrolment')
  @Requires('admin')
  @HttpCode(200)
  @ZodResponse({ status: 200, type: DeviceViewDto })
  async allowReEnrolment(
    @CurrentActor() actor: Actor,
    @Param() { id }: IdParamsDto,
    @Body() { forSeconds, remark }: AllowReEnrolmentRequestDto,
  ) {
    await this.enrolment.allowReEnrolment(actor, id, forSeconds, remark);
    return this.devices.get(id);
  }

  /** Lets the device out of the penalty box and forgets its failures. */
  @Delete(':id/penalty')
  @Requires('operator')
  @HttpCode(204)
  async liftPenalty(
    @CurrentActor() actor: Actor,
    @Param() { id }: IdParamsDto,
    @Body() { remark }: ActRequestDto,
  ): Promise<void> {
    await this.penalties.lift({ actor, remark }, id);
  }
}
