import type { Bar, Chart } from '../report';
import { escaped } from './escape';

const WIDTH = 640;
const BAR_HEIGHT = 22;
const LINE_HEIGHT = 30;
const LABEL_WIDTH = 170;
const VALUE_WIDTH = 110;
/** A part that is there is seen. */
const LEAST_WIDTH = 2;
/** Bars of one chart; what comes after them is told together. */
const BARS_MOST = 12;

/** A chart as SVG, with its numbers in words beside it: whoever does not see it loses nothing. */
export function chartOf({ kind, title, bars }: Chart): string {
  const shown = mostOf(bars);
  const total = shown.reduce((sum, { value }) => sum + value, 0);
  if (total === 0) return '';
  const told = shown.map(({ label, value }) => `${label}: ${numberOf(value)}`).join(', ');
  const drawing = kind === 'parts' ? partsOf(shown, total) : barsOf(shown);
  return `<figure><figcaption>${escaped(title)}</figcaption>
<svg role="img" aria-label="${escaped(`${title}. ${told}`)}" viewBox="0 0 ${WIDTH} ${drawing.height}">${drawing.body}</svg>
${kind === 'parts' ? legendOf(shown, total) : ''}</figure>
`;
}

export const numberOf = (value: number): string => value.toLocaleString('en-GB');

/** `12.3 %`; a few of very many are not told as none, nor all but a few as all. */
export function shareOf(value: number, total: number): string {
  if (total === 0 || value === 0) return '0\u00a0%';
  if (value === total) return '100\u00a0%';
  const percent = (100 * value) / total;
  if (percent < 0.1) return 'under 0.1\u00a0%';
  return percent > 99.9 ? 'over 99.9\u00a0%' : `${percent.toFixed(1)}\u00a0%`;
}

interface Drawing {
  readonly height: number;
  readonly body: string;
}

function partsOf(bars: readonly Bar[], total: number): Drawing {
  let x = 0;
  const parts = bars.map(({ value, tone }) => {
    const width = value === 0 ? 0 : Math.max(LEAST_WIDTH, (WIDTH * value) / total);
    const part = `<rect class="${tone}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="${BAR_HEIGHT}"/>`;
    x += width;
    return part;
  });
  return { height: BAR_HEIGHT, body: parts.join('') };
}

function barsOf(bars: readonly Bar[]): Drawing {
  const largest = Math.max(...bars.map(({ value }) => value));
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const lines = bars.map(({ label, value, tone }, at) => {
    const y = at * LINE_HEIGHT;
    const width = value === 0 ? 0 : Math.max(LEAST_WIDTH, (room * value) / largest);
    const middle = y + BAR_HEIGHT / 2 + 5;
    return (
      `<text class="label" x="${LABEL_WIDTH - 10}" y="${middle}">${escaped(shortened(label))}</text>` +
      `<rect class="${tone}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}"/>` +
      `<text x="${(LABEL_WIDTH + width + 8).toFixed(1)}" y="${middle}">${numberOf(value)}</text>`
    );
  });
  return { height: bars.length * LINE_HEIGHT, body: lines.join('') };
}

function legendOf(bars: readonly Bar[], total: number): string {
  const items = bars.map(
    ({ label, value, tone }) =>
      `<li><span class="swatch ${tone}"></span>${escaped(label)} <b>${numberOf(value)}</b> ${shareOf(value, total)}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>\n`;
}

function mostOf(bars: readonly Bar[]): readonly Bar[] {
  if (bars.length <= BARS_MOST) return bars;
  const rest = bars.slice(BARS_MOST - 1);
  const value = rest.reduce((sum, bar) => sum + bar.value, 0);
  return [...bars.slice(0, BARS_MOST - 1), { label: `${rest.length} others`, value, tone: 'quiet' }];
}

const shortened = (label: string): string => (label.length > 22 ? `${label.slice(0, 21)}…` : label);
