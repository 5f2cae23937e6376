import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChromiumOfTest, hasChromium } from '../helpers/chromium.js';
import { ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { openInterface } from '../helpers/web-interface-of-test.js';

const ADMIN = { STREAMER_TOKEN: 'look', STREAMER_ADMIN_TOKEN: 'change' };
const STREAM = 'door=test:testsrc?size=320x180&fps=15';

describe.skipIf(!hasChromium())('tokens of the web interface', () => {
  const parts = new StartedParts();
  let chromium: ChromiumOfTest;
  let server: ServerProcess;

  beforeAll(async () => {
    chromium = await parts.keep(ChromiumOfTest.start());
    server = await parts.keep(ServerProcess.start(['--http-port', '0', STREAM], ADMIN));
  });
  afterAll(() => parts.stop());

  it('asks for a token, says that one is wrong, and shows the streams with a right one', async () => {
    const ui = await openInterface(chromium, server);
    const { page } = ui;
    await ui.open();
    await page.getByRole('heading', { name: 'This server asks for a token' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByLabel('Token', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .getByText(/The token is wrong\./)
      .waitFor();
    expect(await page.getByLabel('Token', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Token', { exact: true }).fill('look');
    await page.keyboard.press('Enter');
    await ui.untilMoving(ui.tile('door'));
  });

  it('lets one who may only look see no buttons, and says why and what to do', async () => {
    const ui = await openInterface(chromium, server);
    const { page } = ui;
    await ui.open('#/streams/door', '?token=look');
    await ui.untilMoving(page.locator('.stream-picture'));
    await page.getByText('Read only', { exact: true }).waitFor();
    for (const name of ['Edit', 'Remove', 'Record MP4', 'Disconnect web interface']) {
      expect(await page.getByText(name, { exact: true }).count()).toBe(0);
    }
    await page.getByRole('button', { name: 'Enter admin token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Admin token' });
    await dialog.getByLabel('Token', { exact: true }).fill('look');
    await page.keyboard.press('Enter');
    await dialog.getByText(/lets you look, but not make changes/).waitFor();
    await dialog.getByLabel('Token', { exact: true }).fill('change');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Edit' }).waitFor();
    await page.getByRole('button', { name: 'Disconnect web interface' }).waitFor();
    await page.getByRole('button', { name: 'Forget token' }).click();
    await page.getByRole('heading', { name: 'This server asks for a token' }).waitFor();
  });

  it('takes the token of the address, and leaves it nowhere that it can be read from', async () => {
    const ui = await openInterface(chromium, server);
    const { page } = ui;
    await ui.open('#/streams/door', '?token=change');
    await ui.untilMoving(page.locator('.stream-picture'));
    expect(page.url()).toBe(`${ui.base}#/streams/door`);
    expect(await page.content()).not.toContain('change"');
    await page.reload();
    await ui.untilMoving(page.locator('.stream-picture'));
    expect(await page.evaluate(() => Object.values(localStorage))).toEqual([]);
  });

  it('says that the server has no admin token where it has none', async () => {
    const viewOnly = await parts.keep(ServerProcess.start(['--http-port', '0', STREAM], { STREAMER_TOKEN: 'look' }));
    const ui = await openInterface(chromium, viewOnly);
    await ui.open('', '?token=look');
    await ui.page.getByText(/Read only · the server has no admin token/).waitFor();
    expect(await ui.page.getByRole('button', { name: 'Enter admin token' }).count()).toBe(0);
  });
});
