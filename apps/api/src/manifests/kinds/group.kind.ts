import { Injectable } from '@nestjs/common';
import { CreateGroupRequest } from '@corefleet/contracts/http';
import { GroupsService, groupNamesIn, type GroupView } from '@corefleet/features/devices';
import type { Existing, ManifestKind } from '@corefleet/features/manifests';
import type { Orderer } from '@corefleet/features/rollouts';
import { z } from 'zod';

const { name, description, filter } = CreateGroupRequest.shape;
const Spec = z.strictObject({ description, filter: filter.unwrap() });
type Spec = z.infer<typeof Spec>;

/** A group with a filter. One that is a list of devices is kept by people, not by a manifest. */
@Injectable()
export class GroupKind implements ManifestKind<Spec> {
  readonly kind = 'Group';
  readonly schema = Spec;
  readonly nameSchema = name;

  constructor(private readonly groups: GroupsService) {}

  mentions(named: string, text: string): boolean {
    return groupNamesIn(text).includes(named);
  }

  async find(named: string): Promise<Existing<Spec> | undefined> {
    const found = await this.byName(named);
    if (!found) return undefined;
    const spec = { description: found.description, filter: found.filter ?? '' };
    if (found.filter !== null) return { spec };
    return { spec, fixed: { except: ['description'], why: `group "${named}" is a list of devices` } };
  }

  async check(_orderer: Orderer, named: string, spec: Spec): Promise<undefined> {
    await this.groups.check(named, spec.filter);
  }

  async apply({ actor }: Orderer, named: string, spec: Spec): Promise<void> {
    const found = await this.byName(named);
    if (!found) await this.groups.create(actor, { name: named, ...spec });
    else await this.groups.change(actor, found.id, found.filter === null ? { description: spec.description } : spec);
  }

  private async byName(named: string): Promise<GroupView | undefined> {
    return (await this.groups.list({ name: named, limit: 1 })).items[0];
  }
}
