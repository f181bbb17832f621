import { createHash } from 'node:crypto';

/** The one style of all reports: readable on a screen, light or dark, and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1b; --soft: #595959; --line: #d5d5d5; --paper: #fff; --shade: #f5f5f5;
  --good: #0e6f3c; --bad: #b3102a; --warn: #9a4f00; --quiet: #6b6b6b; --plain: #24598f; --on: #fff; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #ededed; --soft: #b0b0b0; --line: #454545; --paper: #1d1d1d;
  --shade: #282828; --good: #59c98a; --bad: #ff8a94; --warn: #f0ac5a; --quiet: #9b9b9b; --plain: #7fb4e6; --on: #151515; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 80rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
header { border-bottom: 3px solid var(--ink); margin-bottom: 1.5rem; padding-bottom: 1rem; }
header p { margin: 0; color: var(--soft); }
h1 { font-size: 1.9rem; line-height: 1.2; font-weight: 600; margin: .2rem 0 .8rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; font-weight: 600; margin: 2.2rem 0 .6rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.figures { display: flex; flex-wrap: wrap; gap: .8rem; padding: 0; margin: 0 0 1.5rem; list-style: none; }
.figures li { flex: 1 1 8rem; border: 1px solid var(--line); border-top: 4px solid var(--plain); padding: .5rem .9rem .6rem; }
.figures b { display: block; font-size: 1.7rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.figures li.good { border-top-color: var(--good); } .figures li.bad { border-top-color: var(--bad); }
.figures li.warn { border-top-color: var(--warn); } .figures li.quiet { border-top-color: var(--quiet); }
.figures span { color: var(--soft); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem 3rem; }
figure { margin: 0 0 1rem; break-inside: avoid; } figcaption { font-weight: 600; margin-bottom: .5rem; }
svg { display: block; width: 100%; max-width: 44rem; height: auto; }
svg text { font: 14px system-ui, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--ink); } svg text.label { text-anchor: end; fill: var(--soft); }
rect.good { fill: var(--good); } rect.bad { fill: var(--bad); } rect.warn { fill: var(--warn); }
rect.quiet { fill: var(--quiet); } rect.plain { fill: var(--plain); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; padding: 0; margin: .6rem 0 0; list-style: none; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .45em; background: var(--plain); }
.swatch.good { background: var(--good); } .swatch.bad { background: var(--bad); } .swatch.warn { background: var(--warn); }
.swatch.quiet { background: var(--quiet); }
.notes { padding-left: 1.1rem; color: var(--soft); margin: 0 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; line-height: 1.4; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; border-bottom: 2px solid var(--ink); vertical-align: bottom; }
td { overflow-wrap: break-word; max-width: 30rem; } td.number { text-align: right; font-variant-numeric: tabular-nums; } th.number { text-align: right; }
td:first-child { white-space: nowrap; } td ul { margin: 0; padding: 0; list-style: none; min-width: 15rem; } td ul li + li { border-top: 1px dotted var(--line); }
td.id { font: .78rem/1.6 ui-monospace, "Liberation Mono", monospace; color: var(--soft); white-space: nowrap; }
time { white-space: nowrap; } table.small { width: auto; min-width: min(32rem, 100%); }
.tag { font-weight: 600; white-space: nowrap; } .tag::before { content: "● "; }
.tag.good { color: var(--good); } .tag.bad { color: var(--bad); } .tag.warn { color: var(--warn); }
.tag.quiet { color: var(--quiet); } .tag.plain { color: var(--plain); }
.none { color: var(--soft); }
footer { margin-top: 2rem; padding-top: .7rem; border-top: 1px solid var(--line); color: var(--soft); }
@media (max-width: 40rem) { main { padding: 1.2rem 1rem 3rem; } h1 { font-size: 1.5rem; } .figures li { flex-basis: 6.5rem; } .figures b { font-size: 1.35rem; } }
@page { size: A4 landscape; margin: 14mm; }
@media print { body { font-size: 9.5pt; } main { max-width: none; padding: 0; } h2 { break-after: avoid; } .wide { overflow: visible; }
  thead { display: table-header-group; } tr, .figures { break-inside: avoid; } table { font-size: 8pt; } td.id { font-size: 6.5pt; white-space: normal; }
  .charts { grid-template-columns: 1fr 1fr; } .tag, rect, .swatch, .figures li { print-color-adjust: exact; } }
`;

/** Headers of a page that has this style, and nothing that runs or is fetched. */
export const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
  `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
