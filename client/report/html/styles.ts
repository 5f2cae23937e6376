/** How a report looks, beside its colours. */
export const REPORT_CSS = `
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 0.9375rem/1.5 ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', sans-serif; font-variant-numeric: tabular-nums }
main, header, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 1.5rem; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; justify-content: space-between }
footer { padding-bottom: 2rem; color: var(--muted); font-size: 0.8125rem }
h1 { font-size: 1.375rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 1.0625rem; line-height: 1.3; margin: 0 0 0.375rem }
p { margin: 0 }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer }
.theme { border: 1px solid var(--edge); border-radius: 6px; padding: 0.125rem 0.625rem; font-size: 0.8125rem }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px }
.when { color: var(--muted); font-size: 0.8125rem }
.verdict { margin: 1rem 0; padding: 0.875rem 1.125rem; border-radius: 10px; border-left: 6px solid var(--muted); background: var(--quiet-wash); overflow-wrap: anywhere }
.verdict strong { display: block; font-size: 1.5rem; line-height: 1.2; text-transform: uppercase; letter-spacing: 0.02em }
.verdict.pass { border-color: var(--good); background: var(--good-wash) } .verdict.pass strong { color: var(--good) }
.verdict.fail, .verdict.invalid { border-color: var(--bad); background: var(--bad-wash) }
.verdict.fail strong, .verdict.invalid strong { color: var(--bad) }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: 0.75rem; margin: 0 0 1rem; padding: 0 }
.figures > div { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 0.75rem 1rem; min-width: 0 }
.figures dt { color: var(--muted); font-size: 0.8125rem }
.figures dd { margin: 0; overflow-wrap: anywhere }
.figures .value { font-size: 1.125rem; line-height: 1.3; font-weight: 600 }
.figures > div:first-child .value { font-size: 1.75rem }
@media (min-width: 40rem) { .figures > div:first-child { grid-column: span 2 } }
.figures .note, .note { color: var(--muted); font-size: 0.8125rem }
.note { max-width: 62rem; margin-bottom: 0.75rem; overflow-wrap: anywhere }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; margin: 0 0 1rem; padding: 0; font-size: 0.8125rem }
nav { margin-bottom: 1rem } nav ul { margin-bottom: 0.25rem } .hint { color: var(--muted); font-size: 0.8125rem }
a { color: var(--focus) }
.cards { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.125rem; min-width: 0 }
@media (min-width: 60rem) { .cards { grid-template-columns: repeat(2, minmax(0, 1fr)) } .card { grid-column: span 2 } .card-time-series { grid-column: span 1 } .alone { grid-column: span 2 } }
.plot-box { padding: 0.375rem 1.25rem 1.75rem 4.5rem; min-width: 0 }
.plot { display: block; overflow: visible; touch-action: pan-y; cursor: crosshair }
.plot text { font-size: 12px; fill: var(--muted) }
.plot .y { text-anchor: end } .plot .x { text-anchor: middle }
.plot .end { display: none; font-weight: 600 }
.plot .value { fill: var(--ink); font-weight: 600 }
.grid, .track { stroke: var(--line); stroke-width: 1; shape-rendering: crispEdges }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke }
.dashed { stroke-dasharray: 6 5 } .d1 { stroke-dasharray: 7 4 } .d2 { stroke-dasharray: 2 4 } .d3 { stroke-dasharray: 9 3 2 3 }
.band { opacity: 0.16 }
.bar { fill: var(--s0) } .whisker { stroke: var(--s0); stroke-width: 2 } .outage { fill: var(--bad) }
.cross { visibility: hidden; stroke: var(--ink); stroke-width: 1; fill: none; pointer-events: none }
.reading-now .cross { visibility: visible }
.plot-box.named { padding-left: 8rem }
@media (min-width: 40rem) { .plot-box.with-ends { padding-right: 9rem } .plot .end { display: inline } }
.x-title, .y-title { color: var(--muted); font-size: 0.75rem; min-height: 1.125rem } .x-title { text-align: right }
.legend { display: flex; flex-wrap: wrap; gap: 0.125rem 1.125rem; list-style: none; margin: 0 0 0.25rem; padding: 0; font-size: 0.8125rem; overflow-wrap: anywhere }
.legend li { min-width: 0 } .key { vertical-align: middle }
.ramp { display: flex; align-items: center; gap: 0.5rem; font-size: 0.8125rem; margin-bottom: 0.25rem }
.readout { min-height: 1.25rem; margin-bottom: 0.25rem; font-size: 0.8125rem; color: var(--ink); overflow-wrap: anywhere }
details { margin-top: 0.5rem } summary { cursor: pointer; font-size: 0.8125rem; color: var(--muted) }
.scroll { overflow-x: auto; max-width: 100%; margin-top: 0.5rem }
.long { max-height: 30rem; overflow-y: auto } .long thead th { position: sticky; top: 0; background: var(--surface); box-shadow: 0 1px 0 var(--edge) }
table { border-collapse: collapse; font-size: 0.8125rem; min-width: 100% }
th, td { padding: 0.25rem 0.625rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; unicode-bidi: isolate }
td { white-space: nowrap } td:last-child:not(.right) { white-space: normal; min-width: 12rem }
tbody th { font-weight: 600; min-width: 6.5rem; max-width: 22rem; overflow-wrap: anywhere }
thead th { color: var(--muted); font-weight: 600; white-space: nowrap }
.right, .reading td { text-align: right }
.good { color: var(--good) } .warning { color: var(--warning) } .bad { color: var(--bad) }
td.good, td.warning, td.bad { font-weight: 600 }
th button { font-weight: inherit } th[aria-sort='ascending'] button::after { content: ' \\2191'; content: ' \\2191' / '' }
th[aria-sort='descending'] button::after { content: ' \\2193'; content: ' \\2193' / '' }
.findings { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.5rem }
.findings li { border-left: 4px solid var(--edge); padding: 0.125rem 0 0.125rem 0.75rem; overflow-wrap: anywhere; color: inherit }
.findings strong { font-size: 0.75rem; text-transform: uppercase; letter-spacing: 0.04em; color: var(--muted) }
.findings .good { border-color: var(--good) } .findings .good strong { color: var(--good) }
.findings .warning { border-color: var(--warning) } .findings .warning strong { color: var(--warning) }
.findings .problem { border-color: var(--bad) } .findings .problem strong { color: var(--bad) }
.from { color: var(--muted); font-size: 0.8125rem }
.facts { margin: 0; display: grid; gap: 0.25rem } .facts > div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0.75rem }
.facts dt { color: var(--muted) } .facts dd { margin: 0; overflow-wrap: anywhere }
.raw code { font-size: 0.6875rem; overflow-wrap: anywhere } .raw dd { margin: 0 0 0.5rem }
.print-only { display: none }
@media (max-width: 40rem) { .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.5rem } .figures > div { padding: 0.5rem 0.75rem } .figures > div:first-child { grid-column: span 2 } main, header, footer { padding-left: 0.75rem; padding-right: 0.75rem } .card { padding: 0.75rem } .plot-box { padding-left: 3.75rem; padding-right: 0.75rem } .plot-box.named { padding-left: 6.5rem } .plot text { font-size: 11px } .facts > div { grid-template-columns: minmax(0, 1fr); gap: 0 } }
@media print {
  @page { margin: 14mm }
  body { background: none; font-size: 10pt } main, header, footer { max-width: none; padding-left: 0; padding-right: 0 }
  nav, .theme, .readout, details { display: none }
  .card { break-inside: avoid; border-color: #bbb } .card-table { break-inside: auto } tr { break-inside: avoid } h2 { break-after: avoid }
  .long { max-height: none; overflow: visible } .long tr:nth-child(n + 41) { display: none } .print-only { display: block }
  .scroll { overflow: visible } table { font-size: 7.5pt } th, td { padding: 0.125rem 0.25rem; white-space: normal }
  .verdict, .bar, .outage, .plot path, .ramp rect { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
`;
