import { createHash } from 'node:crypto';
import type { Headline, ReportPage, Section } from '../page.js';
import type { RunReport } from '../run-report-schema.js';
import { Html, html } from './html.js';
import { REPORT_SCRIPT } from './script.js';
import { sectionHtml } from './section-html.js';
import { REPORT_CSS } from './styles.js';
import { themeCss } from './theme.js';

const VERDICT_WORDS: Readonly<Record<RunReport['verdict']['level'], string>> = {
  pass: 'Pass',
  fail: 'Fail',
  invalid: 'Invalid',
  done: 'Done',
};

/**
 * The report as one HTML file that needs nothing else: it asks for no address, and its content security policy allows no
 * other script and style than its own. It is complete without scripts; with them charts can be read and tables sorted.
 */
export function reportHtml(page: ReportPage, { provenance }: RunReport): string {
  const style = `${themeCss()}${REPORT_CSS}`;
  const policy = [
    `default-src 'none'`,
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(REPORT_SCRIPT)}'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const { title, verdict, headlines, sections } = page;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="frame-streamer ${provenance.version}" />
        <title>${title}</title>
        ${element('style', style)}
      </head>
      <body>
        <header>
          <div>
            <h1>${title}</h1>
            <p class="when">${provenance.startedAt}, frame-streamer ${provenance.version}</p>
          </div>
        </header>
        <main>
          <div class="verdict ${verdict.level}">
            <strong>${VERDICT_WORDS[verdict.level]}</strong>
            <p>${verdict.sentence}</p>
          </div>
          ${figures(headlines)} ${contents(page)}
          <div class="cards">${sections.map((section, index) => sectionHtml(section, isAlone(sections, index)))}</div>
        </main>
        <footer><p>How to read this report: docs/reports.md and docs/measuring.md of frame-streamer.</p></footer>
        ${element('script', REPORT_SCRIPT)}
      </body>
    </html> `.markup;
}

function figures(headlines: readonly Headline[]): Html | null {
  if (headlines.length === 0) return null;
  return html`<dl class="figures">
    ${headlines.map(
      ({ label, value, note }) =>
        html`<div>
          <dt>${label}</dt>
          <dd class="value">${value}</dd>
          ${note === null ? null : html`<dd class="note">${note}</dd>`}
        </div>`,
    )}
  </dl>`;
}

/** Whether a chart of time series is left over when those beside one another are put in pairs. */
function isAlone(sections: readonly Section[], index: number): boolean {
  const isSeries = (at: number): boolean => sections[at]?.kind === 'time series';
  if (!isSeries(index) || isSeries(index + 1)) return false;
  let first = index;
  while (isSeries(first - 1)) first -= 1;
  return (index - first) % 2 === 0;
}

function contents({ sections }: ReportPage): Html {
  return html`<nav aria-label="Contents">
    <ul>
      ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ul>
  </nav>`;
}

/** An element whose text is our own, and exactly what its hash is of. */
function element(name: 'style' | 'script', text: string): Html {
  return Html.trusted(`<${name}>${text}</${name}>`);
}

/** A source of a content security policy that allows exactly this text. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
