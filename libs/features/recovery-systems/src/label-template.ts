/** What a template can name. */
const PLACEHOLDERS = ['date', 'model', 'set', 'sequence'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** Labels as snapd takes them (snapd asserts/validateSystemLabel), at the length our operations take. */
const LABEL = /^[a-z0-9](?:-?[a-z0-9])*$/;
const LABEL_MOST = 64;

/** What the placeholders stand for on one device. */
export interface LabelContext {
  /** The day, as `20261127`. */
  readonly date: string;
  /** Name of the device's model; taken in lower case. */
  readonly model: string;
  /** Name of the first validation set asked for, without its account. */
  readonly set?: string;
  /** Its sequence. */
  readonly sequence?: number;
}

const EXAMPLE: LabelContext = { date: '20261127', model: 'pc', set: 'base', sequence: 14 };

/**
 * Whether a template makes labels that snapd takes, tried with an example.
 * @param sets whether validation sets are asked for, which `{set}` and `{sequence}` need
 * @returns what is wrong, or nothing
 */
export function templateProblem(template: string, sets: boolean): string | undefined {
  const named = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  const strange = named.find((name) => !isPlaceholder(name));
  if (strange !== undefined)
    return `does not know {${strange}}: use ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`;
  const orphan = named.find((name) => !sets && (name === 'set' || name === 'sequence'));
  if (orphan !== undefined) return `names {${orphan}}, but no validation set is asked for`;
  const example = fill(template, EXAMPLE);
  return labelProblem(example);
}

export type LabelResult =
  { readonly kind: 'label'; readonly label: string } | { readonly kind: 'none'; readonly why: string };

/**
 * The label on one device: the template filled in, with `-1`, `-2` ... when the device has it already, as snapd's own
 * remodel counts.
 * @param taken labels the device has
 */
export function labelOf(template: string, context: LabelContext, taken: ReadonlySet<string>): LabelResult {
  if (template.includes('{sequence}') && context.sequence === undefined)
    return { kind: 'none', why: `cannot make a label of "${template}": the sequence of the set is not known` };
  const filled = fill(template, context);
  for (let at = 0; ; at += 1) {
    const label = at === 0 ? filled : `${filled}-${at}`;
    const problem = labelProblem(label);
    if (problem !== undefined) return { kind: 'none', why: `cannot make a label of "${template}": it ${problem}` };
    if (!taken.has(label)) return { kind: 'label', label };
  }
}

const isPlaceholder = (name: string): name is Placeholder => (PLACEHOLDERS as readonly string[]).includes(name);

function fill(template: string, context: LabelContext): string {
  const values: Record<Placeholder, string> = {
    date: context.date,
    model: context.model.toLowerCase(),
    set: context.set ?? '',
    sequence: String(context.sequence ?? ''),
  };
  return template.replace(/\{([^{}]*)\}/g, (whole, name: string) => (isPlaceholder(name) ? values[name] : whole));
}

function labelProblem(label: string): string | undefined {
  if (label.length > LABEL_MOST) return `makes "${label}", longer than ${LABEL_MOST} characters`;
  if (!LABEL.test(label))
    return `makes "${label}", which is no label: small letters, digits and single dashes between them`;
  return undefined;
}
