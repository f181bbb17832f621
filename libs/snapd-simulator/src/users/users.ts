/** A user of the device that snapd knows. */
export interface KnownUser {
  id: number;
  username: string;
  email: string;
  sshKeys: readonly string[];
  /** Token of a store login made over the API. */
  macaroon?: string;
}

/** The users of one device. */
export class Users {
  readonly all: KnownUser[] = [];
  private lastId = 0;

  add(user: Omit<KnownUser, 'id'>): KnownUser {
    const added = { ...user, id: ++this.lastId };
    this.all.push(added);
    return added;
  }

  remove(id: number): void {
    const at = this.all.findIndex((user) => user.id === id);
    if (at >= 0) this.all.splice(at, 1);
  }

  /** Who a request's `Authorization: Macaroon root="…"` names; any other header is nobody (§1.1). */
  byAuthorization(header: string | undefined): KnownUser | undefined {
    const root = /^Macaroon root="([^"]*)"/.exec(header ?? '')?.[1];
    return root === undefined ? undefined : this.all.find((user) => user.macaroon === root);
  }
}
