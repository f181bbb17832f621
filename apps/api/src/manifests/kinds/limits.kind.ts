import { Injectable } from '@nestjs/common';
import { SetFleetLimitsRequest, SetSiteLimitsRequest } from '@corefleet/contracts/http';
import type { Existing, ManifestKind } from '@corefleet/features/manifests';
import { LimitsService, type Orderer } from '@corefleet/features/rollouts';
import { InvalidRequestError } from '@corefleet/platform/errors';
import type { z } from 'zod';

const FleetSpec = SetFleetLimitsRequest.omit({ remark: true });
type FleetSpec = z.infer<typeof FleetSpec>;
const SiteSpec = SetSiteLimitsRequest.omit({ remark: true });
type SiteSpec = z.infer<typeof SiteSpec>;

const FLEET = 'fleet';

/** Bounds over all rollouts together. There is one of them, named `fleet`. */
@Injectable()
export class FleetLimitsKind implements ManifestKind<FleetSpec> {
  readonly kind = 'FleetLimits';
  readonly schema = FleetSpec;

  constructor(private readonly limits: LimitsService) {}

  async find(name: string): Promise<Existing<FleetSpec> | undefined> {
    return name === FLEET ? { spec: (await this.limits.get()).fleet } : undefined;
  }

  check(_orderer: Orderer, name: string): Promise<undefined> {
    if (name === FLEET) return Promise.resolve(undefined);
    const message = `there is only "${FLEET}"`;
    throw new InvalidRequestError(`cannot limit "${name}": ${message}`, [{ field: 'name', message }]);
  }

  async apply({ actor }: Orderer, _name: string, spec: FleetSpec): Promise<void> {
    await this.limits.setFleet({ actor }, spec);
  }
}

/** Bounds of one site, whose name it has. */
@Injectable()
export class SiteLimitsKind implements ManifestKind<SiteSpec> {
  readonly kind = 'SiteLimits';
  readonly schema = SiteSpec;

  constructor(private readonly limits: LimitsService) {}

  async find(name: string): Promise<Existing<SiteSpec> | undefined> {
    const found = (await this.limits.get()).sites.find(({ site }) => site === name);
    if (!found) return undefined;
    const { site: _site, ...spec } = found;
    return { spec };
  }

  check(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async apply({ actor }: Orderer, name: string, spec: SiteSpec): Promise<void> {
    await this.limits.setSite({ actor }, name, spec);
  }
}
