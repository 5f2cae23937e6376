import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportHtml } from '../../client/report/html/report-html.js';
import { pageOf } from '../../client/report/page-of.js';
import type { RunReport } from '../../client/report/run-report-schema.js';
import { ChromiumOfTest, hasChromium, seriousProblems } from '../helpers/chromium.js';
import { loadReport, reportsOfEveryKind } from '../helpers/sample-reports.js';
import { failedSubject, sampleSubject } from '../helpers/sample-subject.js';

const LOAD = loadReport();
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

describe.skipIf(!hasChromium())('an HTML report in a browser', () => {
  let browser: ChromiumOfTest;
  let folder: string;

  beforeAll(async () => {
    browser = await ChromiumOfTest.start();
    folder = await mkdtemp(join(tmpdir(), 'report-page-'));
  });
  afterAll(async () => {
    await browser.stop();
    await rm(folder, { recursive: true });
  });

  /** Opens it as a file, as whoever was sent it does; `faults` collects what a good page does not do. */
  async function open(
    report: RunReport,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; faults: string[] }> {
    const file = join(folder, 'report.html');
    await writeFile(file, reportHtml(pageOf(report), report));
    const page = await browser.open({ viewport: DESKTOP, ...options });
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    page.on('console', (message) => faults.push(message.text()));
    const { href } = pathToFileURL(file);
    page.on('request', (request) => {
      if (request.url() !== href) faults.push(`asked for ${request.url()}`);
    });
    await page.goto(href);
    return { page, faults };
  }

  it('asks for nothing, says nothing to the console, and fits a desk and a phone, of every kind', async () => {
    for (const report of reportsOfEveryKind()) {
      const { page, faults } = await open(report);
      for (const viewport of [DESKTOP, PHONE]) {
        await page.setViewportSize(viewport);
        expect(await overflowOf(page), `${report.kind} at ${viewport.width}`).toBe(0);
      }
      expect(faults).toEqual([]);
      await page.context().close();
    }
  });

  it('has no serious problem of accessibility, by day and by night', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(LOAD, { colorScheme });
      expect(await seriousProblems(page)).toEqual([]);
      await page.context().close();
    }
  });

  it('reads a chart with the arrow keys, and shows where it reads', async () => {
    const { page } = await open(LOAD);
    const chart = page.locator('#curves svg.plot');
    const readout = page.locator('#curves .readout');
    await chart.focus();
    await page.keyboard.press('Home');
    expect(await readout.textContent()).toMatch(/^p0: all sessions 8\.0 ms, all sessions, age/);
    await page.keyboard.press('ArrowRight');
    expect(await readout.textContent()).toMatch(/^p10: /);
    await page.keyboard.press('End');
    expect(await readout.textContent()).toMatch(/^max: all sessions 96\.0 ms, all sessions, age 627 ms$/);
    expect(await chart.locator('.cross').evaluate((line) => getComputedStyle(line).visibility)).toBe('visible');
    expect(await chart.evaluate((svg) => getComputedStyle(svg).outlineStyle)).toBe('solid');
    await page.context().close();
  });

  it('reads each session of the heat map with all four arrow keys', async () => {
    const { page } = await open(LOAD);
    const readout = page.locator('#heat-map .readout');
    await page.locator('#heat-map svg.plot').focus();
    await page.keyboard.press('Home');
    const first = await readout.textContent();
    expect(first).toMatch(/^load-\d+, 0 s: \d/);
    await page.keyboard.press('ArrowRight');
    expect(await readout.textContent()).toMatch(/, 1 s: \d/);
    await page.keyboard.press('ArrowDown');
    expect((await readout.textContent())?.split(',')[0]).not.toBe(first?.split(',')[0]);
    await page.context().close();
  });

  it('reads a chart with the pointer', async () => {
    const { page } = await open(LOAD);
    const chart = page.locator('#frames-over-time svg.plot');
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (!box) throw new Error('the chart is not shown');
    await page.mouse.move(box.x + box.width - 1, box.y + box.height / 2);
    expect(await page.locator('#frames-over-time .readout').textContent()).toBe('59 s: all sessions 360.0 /s');
    await page.context().close();
  });

  it('sorts a table by numbers, and what is not known comes last', async () => {
    const subjects = [9, 10, 11].map((ms) => sampleSubject({ name: `${ms} ms`, latencyUs: ms * 1000 }));
    const { page } = await open({ ...LOAD, subjects: [...subjects, failedSubject('none')] });
    const names = () => page.locator('#subjects tbody th').allTextContents();
    const head = page.locator('#subjects thead').getByRole('button', { name: 'p50', exact: true });
    await head.click();
    expect((await names()).map((name) => name.trim())).toEqual(['9 ms', '10 ms', '11 ms', 'none']);
    await head.click();
    expect((await names()).map((name) => name.trim())).toEqual(['11 ms', '10 ms', '9 ms', 'none']);
    await page.context().close();
  });

  it('changes between day and night', async () => {
    const { page } = await open(LOAD, { colorScheme: 'dark' });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await paper()).toBe('rgb(13, 14, 17)');
    await page.getByRole('button', { name: 'Light' }).click();
    expect(await paper()).toBe('rgb(246, 246, 244)');
    await page.context().close();
  });

  it('is printed by day, without what is for screens', async () => {
    const { page } = await open(LOAD, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--ink'))).toBe(
      '#15171c',
    );
    expect(await page.locator('nav').isVisible()).toBe(false);
    await page.context().close();
  });

  it('is complete without scripts', async () => {
    const { page, faults } = await open(LOAD, { javaScriptEnabled: false });
    expect(await page.locator('svg.plot').count()).toBe(await page.locator('table.reading').count());
    expect(await page.locator('#subjects tbody tr').count()).toBe(12);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('runs nothing that a name says', async () => {
    const name = '</script><img src=x onerror="document.title=1"><script>document.title=1</script>';
    const subjects = LOAD.subjects.map((subject) => ({ ...subject, name }));
    const { page, faults } = await open({ ...LOAD, subjects });
    expect(await page.title()).toBe('Load: 12 sessions against 1 target');
    expect(await page.locator('img').count()).toBe(0);
    await page.locator('#heat-map svg.plot').focus();
    await page.keyboard.press('End');
    expect(await page.locator('#heat-map .readout').textContent()).toContain('<img src=x');
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

/** How much wider than the window the page is. */
async function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
}
