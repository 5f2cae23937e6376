import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChromiumOfTest, hasChromium, seriousProblems } from '../helpers/chromium.js';
import { ClientProcess } from '../helpers/client-process.js';
import { startServer } from '../helpers/server-of-test.js';
import { ServerProcess } from '../helpers/server-process.js';
import { StartedParts } from '../helpers/started-parts.js';
import { openInterface } from '../helpers/web-interface-of-test.js';
import type { WebInterfacePage } from '../helpers/web-interface-page.js';

const PATTERN = 'cam=test:testsrc?size=160x120&fps=25';
const PHONE = { width: 360, height: 740 };

describe.skipIf(!hasChromium())('the page of a device', () => {
  const parts = new StartedParts();
  let chromium: ChromiumOfTest;
  let server: ServerProcess;

  beforeAll(async () => {
    chromium = await parts.keep(ChromiumOfTest.start());
    server = await parts.keep(ServerProcess.start([PATTERN]));
  });
  afterAll(() => parts.stop());

  it.each(['light', 'dark'] as const)(
    'fits a phone, and has nothing that axe calls serious: %s',
    async (colorScheme) => {
      const ui = await openInterface(chromium, server, { colorScheme, viewport: { width: 320, height: 640 } });
      await ui.open('#join');
      await ui.page.getByLabel('Name of this device').waitFor();
      expect(await seriousProblems(ui.page)).toEqual([]);
      expect(await ui.overflowPx()).toBe(0);
      await ui.open(`#join?name=${'long'.repeat(16)}`);
      await untilTitled(ui, 'Waiting for a benchmark');
      expect(await seriousProblems(ui.page)).toEqual([]);
      expect(await ui.overflowPx()).toBe(0);
    },
  );

  it('is led to from the streams, joins by the keyboard, remembers the name, and leaves', async () => {
    const ui = await openInterface(chromium, server, { viewport: PHONE });
    const { page } = ui;
    await ui.open();
    await page.getByRole('link', { name: 'Take part in a benchmark' }).click();
    const name = page.getByLabel('Name of this device');
    await name.waitFor();
    expect(await name.inputValue()).toBe('Chrome on Linux');
    await name.fill('Küche');
    await page.keyboard.press('Enter');
    await untilTitled(ui, 'Waiting for a benchmark');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    expect(new URL(page.url()).hash).toBe('#/join?name=K%C3%BCche');
    expect(await page.title()).toBe('Waiting for a benchmark · frame-streamer');
    // A phone that ran out of memory loads the page anew; it goes on by itself.
    await page.reload();
    await untilTitled(ui, 'Waiting for a benchmark');
    await page.getByRole('button', { name: 'Leave' }).click();
    expect(await name.inputValue()).toBe('Küche');
    await page.goBack();
    await untilTitled(ui, 'Waiting for a benchmark');
  });

  it('asks for a token where the server wants one', async () => {
    const guarded = await startServer([PATTERN, '--token', 's3cret']);
    const ui = await openInterface(chromium, guarded, { viewport: PHONE });
    await ui.open('#join?name=phone');
    await untilTitled(ui, 'Not taking part');
    expect(await seriousProblems(ui.page)).toEqual([]);
    await ui.page.getByLabel('Token', { exact: true }).fill('s3cret');
    await ui.page.keyboard.press('Enter');
    await untilTitled(ui, 'Waiting for a benchmark');
  });

  it('is back when the server is', async () => {
    const first = await startServer([PATTERN]);
    const ui = await openInterface(chromium, first, { viewport: PHONE, isServerAway: true });
    await ui.open('#join?name=phone&stream=cam');
    await untilTitled(ui, 'Waiting for a benchmark');
    await first.stop();
    await untilTitled(ui, 'Connecting again');
    await startServer([PATTERN, '--http-port', String(first.httpPort)]);
    await untilTitled(ui, 'Waiting for a benchmark');
  });

  it('counts down, measures, and says that it was hidden meanwhile', async () => {
    const ui = await openInterface(chromium, server, { viewport: PHONE });
    const { page } = ui;
    await ui.open('#join?name=phone');
    await untilTitled(ui, 'Waiting for a benchmark');
    const bench = ClientProcess.run([
      ...['bench', '--port', String(server.port), '--duration', '3', '--lead', '2', '--json'],
    ]);
    await page.getByRole('timer').getByText('to the start').waitFor();
    await untilTitled(ui, 'Measuring');
    await ui.setHidden(true);
    await page.getByText(/^The page was hidden for \d/).waitFor();
    await ui.setHidden(false);
    await untilTitled(ui, 'Done');
    expect(await seriousProblems(page)).toEqual([]);
    await bench.exit;
    const { details } = JSON.parse(bench.stdout) as { details: { devices: { platform: string }[] } };
    expect(details.devices[0]?.platform).toMatch(/^browser: Chrome on Linux, hidden for \d s$/);
  });

  it('says that the coordinator is gone', async () => {
    const ui = await openInterface(chromium, server, { viewport: PHONE });
    await ui.open('#join?name=phone');
    await untilTitled(ui, 'Waiting for a benchmark');
    const bench = ClientProcess.run(['bench', '--port', String(server.port), '--duration', '60', '--lead', '1']);
    await untilTitled(ui, 'Measuring');
    bench.kill('SIGKILL');
    await untilTitled(ui, 'Waiting for a benchmark');
    await ui.page.locator('.device-warnings .notice').waitFor();
  });
});

async function untilTitled(ui: WebInterfacePage, title: string): Promise<void> {
  await ui.page.getByRole('heading', { name: title, exact: true }).waitFor();
}
