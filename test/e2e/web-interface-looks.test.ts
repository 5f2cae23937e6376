import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChromiumOfTest, hasChromium, seriousProblems } from '../helpers/chromium.js';
import { ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { openInterface } from '../helpers/web-interface-of-test.js';

const PAGES = [
  { name: 'the wall', hash: '', ready: '[data-picture=live]' },
  { name: 'a stream', hash: '#/streams/door', ready: '.waterfall' },
  { name: 'the form', hash: '#/add', ready: 'dialog' },
  { name: 'the form of a stream', hash: '#/streams/door/edit', ready: 'dialog' },
  { name: 'the question before removing', hash: '#/streams/door/remove', ready: 'dialog' },
  { name: 'a stream that is none', hash: '#/streams/nowhere', ready: '.empty' },
];

describe.skipIf(!hasChromium())('how the web interface looks, and works without a mouse', () => {
  const parts = new StartedParts();
  let chromium: ChromiumOfTest;
  let server: ServerProcess;
  let guarded: ServerProcess;

  beforeAll(async () => {
    const streams = ['door=test:testsrc?size=320x180&fps=15', 'yard=http://127.0.0.1:9/video.mjpg'];
    chromium = await parts.keep(ChromiumOfTest.start());
    server = await parts.keep(ServerProcess.start(['--http-port', '0', ...streams]));
    const token = { STREAMER_TOKEN: 'look' };
    guarded = await parts.keep(ServerProcess.start(['--http-port', '0', ...streams], token));
  });
  afterAll(() => parts.stop());

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    it.each(PAGES)('has nothing that axe calls serious: $name', async ({ hash, ready }) => {
      const ui = await openInterface(chromium, server, { colorScheme });
      await ui.open(hash);
      await ui.page.locator(ready).first().waitFor();
      expect(await seriousProblems(ui.page)).toEqual([]);
    });

    it('has nothing that axe calls serious: the question for a token', async () => {
      const ui = await openInterface(chromium, guarded, { colorScheme });
      await ui.open();
      await ui.page.getByLabel('Token', { exact: true }).fill('wrong');
      await ui.page.keyboard.press('Enter');
      await ui.page.getByRole('alert').waitFor();
      expect(await seriousProblems(ui.page)).toEqual([]);
    });

    it('is as bright as the rest of the screen', async () => {
      const ui = await openInterface(chromium, server, { colorScheme });
      await ui.open();
      const colors = await ui.page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.documentElement);
        return [backgroundColor, color].map((rgb) => Number(/\d+/.exec(rgb)?.[0]) > 127);
      });
      expect(colors).toEqual(colorScheme === 'light' ? [true, false] : [false, true]);
    });
  });

  // 320 pixels are also what a window of 1280 is at 400 % zoom, and 720 what one of 1440 is at 200 %.
  it.each([320, 360, 720])('fits into %i pixels of width', async (width) => {
    const ui = await openInterface(chromium, server, { viewport: { width, height: 740 } });
    for (const { hash, ready } of PAGES) {
      await ui.open(hash);
      await ui.page.locator(ready).first().waitFor();
      expect(await ui.overflowPx(), hash).toBe(0);
    }
  });

  it('works with the keyboard alone', async () => {
    const ui = await openInterface(chromium, server);
    const { page } = ui;
    await ui.open();
    await ui.untilPicture(ui.tile('door'), 'live');
    const order: string[] = [];
    for (let stop = 0; stop < 5; stop += 1) {
      await page.keyboard.press('Tab');
      order.push(await ui.focused());
    }
    expect(order).toEqual(['Skip to content', 'frame-streamer', 'Add stream', 'door', 'yard']);

    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Add a stream' });
    await dialog.waitFor();
    expect(await page.evaluate(() => document.activeElement?.matches('dialog input'))).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await ui.focused()).toBe('Add stream');

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'door', level: 1 }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    expect(await page.title()).toBe('door · frame-streamer');
    await page.goBack();
    await page.getByRole('heading', { name: 'Streams', level: 1 }).waitFor();
  });

  it('shows where the focus is', async () => {
    const ui = await openInterface(chromium, server);
    await ui.open('#/streams/door');
    await ui.page.locator('.waterfall').waitFor();
    for (let stop = 0; stop < 8; stop += 1) {
      await ui.page.keyboard.press('Tab');
      const outline = await ui.page.evaluate(
        () => getComputedStyle(document.activeElement ?? document.body).outlineStyle,
      );
      expect(outline, await ui.focused()).toBe('solid');
    }
  });

  it('moves nothing by itself for those who want that', async () => {
    const ui = await openInterface(chromium, server, { reducedMotion: 'reduce' });
    await ui.open();
    await ui.untilPicture(ui.tile('door'), 'live');
    const moving = await ui.page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) => getComputedStyle(element).transitionDuration !== '0s')
          .length,
    );
    expect(moving).toBe(0);
  });

  it('says how to add a stream where there is none', async () => {
    const own = await parts.keep(ServerProcess.start(['--http-port', '0', 'door=test:testsrc?size=320x180&fps=15']));
    const ui = await openInterface(chromium, own);
    await ui.open();
    await ui.untilPicture(ui.tile('door'), 'live');
    await ui.page.evaluate(() => fetch('api/streams/door', { method: 'DELETE' }));
    await ui.page.getByRole('heading', { name: 'No streams yet' }).waitFor();
    expect(await seriousProblems(ui.page)).toEqual([]);
  });
});
