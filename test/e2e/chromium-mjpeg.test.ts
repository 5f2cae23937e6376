import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Page } from 'playwright-core';
import { ChromiumOfTest, hasChromium } from '../helpers/chromium.js';
import { NUMBER_BITS, numberShown } from '../helpers/numbered-picture.js';
import { NumberedStream } from '../helpers/numbered-stream.js';
import { until } from '../helpers/until.js';

describe.skipIf(!hasChromium())('MJPEG in Chromium', () => {
  let chromium: ChromiumOfTest;
  beforeAll(async () => void (chromium = await ChromiumOfTest.start()));
  afterAll(() => chromium.stop());

  it('shows each picture as soon as it has come, also one after which none comes', async () => {
    const { stream, page } = await open();
    for (let pictures = 0; pictures < 3; pictures += 1) {
      const number = stream.publish();
      await until(async () => (await shown(page)) === number);
    }
  });

  it('plays', async () => {
    const { stream, page } = await open();
    stream.play();
    const numbers: number[] = [];
    await until(async () => {
      const number = await shown(page);
      if (number !== -1 && number !== numbers.at(-1)) numbers.push(number);
      return numbers.length === 20;
    });
    expect(numbers).toSatisfy((all: number[]) => NumberedStream.follows(all, { mayMiss: 60 }));
  });

  /** A page of the server with the stream as an image. */
  async function open() {
    const stream = await NumberedStream.start();
    const page = await chromium.open();
    onTestFinished(async () => {
      await page.context().close();
      await stream.stop();
    });
    await page.goto(stream.server.url('/nothing'));
    await page.evaluate(() => {
      const image = new Image();
      image.src = '/streams/cam.mjpg';
      document.body.replaceChildren(image);
    });
    await until(() => stream.server.clients.count === 1);
    return { stream, page };
  }
});

/** The number of the picture that is shown; -1 while there is none. */
async function shown(page: Page): Promise<number> {
  const fields = await page.evaluate((bits) => {
    const image = document.querySelector('img')!;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [bits, 1];
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0, bits, 1);
    return [...context.getImageData(0, 0, bits, 1).data].filter((_, n) => n % 4 === 0);
  }, NUMBER_BITS);
  return numberShown(fields);
}
