/** A kind of state: made without arguments. */
type PartClass<Part> = new () => Part;

/** State of resources that few devices use: made when first asked for, so that a device at rest holds none of it. */
export class Parts {
  private made: Map<PartClass<unknown>, unknown> | undefined;

  /** The device's state of that kind. */
  of<Part>(kind: PartClass<Part>): Part {
    this.made ??= new Map();
    const found = this.made.get(kind) as Part | undefined;
    if (found !== undefined) return found;
    const part = new kind();
    this.made.set(kind, part);
    return part;
  }

  /** The state of that kind when anything has asked for it. */
  peek<Part>(kind: PartClass<Part>): Part | undefined {
    return this.made?.get(kind) as Part | undefined;
  }
}
