import type { Locator, Page } from 'playwright-core';

/** The web interface in a real browser, with what tests look at. */
export class WebInterfacePage {
  constructor(
    readonly page: Page,
    /** Address of the server, with a `/` at its end. */
    readonly base: string,
  ) {}

  /** Opens the page at `hash`, anew. */
  async open(hash = '', query = ''): Promise<void> {
    // A change of the hash alone would not load anything.
    await this.page.goto('about:blank');
    await this.page.goto(`${this.base}${query}${hash}`);
  }

  /** The tile of a stream on the wall. */
  tile(name: string): Locator {
    return this.page.locator('.tile', { has: this.page.getByRole('link', { name, exact: true }) });
  }

  /** The picture in a part of the page. */
  viewer(part: Locator | Page = this.page): Locator {
    return part.locator('[data-picture]');
  }

  /** Resolves when the picture in `part` is of the kind. */
  async untilPicture(part: Locator | Page, kind: string): Promise<void> {
    await part.locator(`[data-picture="${kind}"]`).waitFor();
  }

  /** Resolves when the pixels in `part` have changed `times` times. */
  async untilMoving(part: Locator | Page, times = 3): Promise<void> {
    const canvas = part.locator('canvas').first();
    await canvas.waitFor();
    await canvas.evaluate(async (element: HTMLCanvasElement, wanted) => {
      const look = (): string => element.toDataURL();
      let last = look();
      for (let seen = 0; seen < wanted;) {
        await new Promise(requestAnimationFrame);
        const now = look();
        if (now !== last) seen += 1;
        last = now;
      }
    }, times);
  }

  /** Pretends that the tab is behind another one, or in front again; a browser without a window knows no such thing. */
  async setHidden(isHidden: boolean): Promise<void> {
    await this.page.evaluate((value) => {
      const state = value ? 'hidden' : 'visible';
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  }

  /** What has the focus: its name, or else its text. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? (element?.textContent?.trim() || (element?.tagName ?? ''));
    });
  }

  /** How many pixels the page is wider than its window. */
  overflowPx(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }
}
