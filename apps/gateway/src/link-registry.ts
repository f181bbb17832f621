import { Injectable } from '@nestjs/common';
import type { Link } from './link';

/** The links of this gateway: one for each enrolment, and those that are on their way out. */
@Injectable()
export class LinkRegistry {
  private readonly live = new Map<string, Link>();
  private readonly leaving = new Set<Link>();

  get size(): number {
    return this.live.size;
  }

  /** @returns the link it takes the place of */
  add(link: Link): Link | undefined {
    const replaced = this.live.get(link.enrolmentId);
    this.live.set(link.enrolmentId, link);
    if (replaced) this.leaving.add(replaced);
    return replaced;
  }

  get(enrolmentId: string): Link | undefined {
    return this.live.get(enrolmentId);
  }

  holds(link: Link): boolean {
    return this.live.get(link.enrolmentId) === link;
  }

  /** The link was ended from this side; its socket may take a moment. */
  leave(link: Link): void {
    if (this.holds(link)) this.live.delete(link.enrolmentId);
    this.leaving.add(link);
  }

  /** The socket is gone. */
  remove(link: Link): void {
    if (this.holds(link)) this.live.delete(link.enrolmentId);
    this.leaving.delete(link);
  }

  links(): Iterable<Link> {
    return this.live.values();
  }

  departing(): Iterable<Link> {
    return this.leaving;
  }
}
