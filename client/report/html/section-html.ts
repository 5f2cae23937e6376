import type { FactsSection, FindingsSection, Section } from '../page.js';
import { curvesHtml } from './curves-html.js';
import { heatMapHtml } from './heat-map-html.js';
import { type Html, html } from './html.js';
import { outagesHtml } from './outages-html.js';
import { tableHtml } from './table-html.js';
import { timeSeriesHtml } from './time-series-html.js';
import { waterfallHtml } from './waterfall-html.js';

/** One section of a report: its heading, how to read it, and what is in it; `isWide` where nothing stands beside it. */
export function sectionHtml(section: Section, isWide: boolean): Html {
  const { id, kind, title, note } = section;
  return html`<section
    class="card card-${kind.replace(' ', '-')}${isWide ? ' alone' : ''}"
    id="${id}"
    aria-labelledby="${id}-title"
  >
    <h2 id="${id}-title">${title}</h2>
    ${note === '' ? null : html`<p class="note">${note}</p>`} ${contentOf(section)}
  </section>`;
}

function contentOf(section: Section): Html {
  switch (section.kind) {
    case 'table':
      return tableHtml(section);
    case 'curves':
      return curvesHtml(section);
    case 'time series':
      return timeSeriesHtml(section);
    case 'heat map':
      return heatMapHtml(section);
    case 'waterfall':
      return waterfallHtml(section);
    case 'outages':
      return outagesHtml(section);
    case 'findings':
      return findingsHtml(section);
    case 'facts':
      return factsHtml(section);
  }
}

function findingsHtml({ findings }: FindingsSection): Html {
  return html`<ul class="findings">
    ${findings.map(
      ({ severity, sentence, figures }) =>
        html`<li class="${severity}">
          <strong>${severity}</strong>
          <p>${sentence}</p>
          ${figures.length === 0 ? null : html`<p class="from">${figures.join('; ')}</p>`}
        </li>`,
    )}
  </ul>`;
}

function factsHtml({ facts }: FactsSection): Html {
  return html`<dl class="facts">
    ${facts.map(
      ({ name, value }) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
