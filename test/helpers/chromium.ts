import { accessSync, constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { hasCommand, requirePart } from './real-parts.js';

/** One problem that axe found: the rule, how bad it is, and the elements that break it. */
export interface AxeViolation {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly targets: readonly string[];
}

/** What a page did that a good page does not. */
export interface PageFaults {
  /** Errors and warnings of the console, violations of the content security policy among them, and uncaught errors. */
  readonly errors: string[];
  /** Addresses asked for that lie outside the page's own server. */
  readonly foreignRequests: string[];
}

/** Where the browser is: `CHROMIUM_PATH`, or `chromium` on PATH; for `it.skipIf(!hasChromium())`. */
export function hasChromium(): boolean {
  return requirePart('chromium', isInstalled(), 'apt-get install chromium, or set CHROMIUM_PATH');
}

/** A real Chromium without a window, for a whole group of tests; each test opens a context of its own. */
export class ChromiumOfTest {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<ChromiumOfTest> {
    // Containers have no user namespaces for the sandbox, and a /dev/shm too small for many pictures.
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--mute-audio'];
    return new ChromiumOfTest(await chromium.launch({ executablePath: chromiumPath(), args }));
  }

  /** A page in a context of its own: nothing stored, nothing shared with other tests. */
  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context: BrowserContext = await this.browser.newContext(options);
    return context.newPage();
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }
}

/** Watches a page from before it is opened; `origin` is the only server it may talk to, such as `http://127.0.0.1:8080`. */
export function watchFaults(page: Page, origin: string): PageFaults {
  const faults: PageFaults = { errors: [], foreignRequests: [] };
  const { host } = new URL(origin);
  const check = (url: string): void => {
    if (/^(data|blob):/.test(url)) return;
    if (new URL(url).host !== host) faults.foreignRequests.push(url);
  };
  page.on('request', (request) => check(request.url()));
  page.on('websocket', (socket) => check(socket.url()));
  page.on('pageerror', (error) => faults.errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.errors.push(message.text());
  });
  return faults;
}

/** Problems of the page as it is now that axe calls serious or critical. */
export async function seriousProblems(page: Page): Promise<AxeViolation[]> {
  const script = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  // Evaluated and not added as a script element, which the page's content security policy would refuse.
  await page.evaluate(await readFile(script, 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: RawViolation[] }> } };
    return (await axe.run()).violations;
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => ({
      rule: id,
      impact: impact ?? 'unknown',
      help,
      targets: nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    }));
}

interface RawViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}

function isInstalled(): boolean {
  const given = process.env.CHROMIUM_PATH;
  return given === undefined ? hasCommand('chromium') : isExecutable(given);
}

/** Playwright wants a path, not a command. */
function chromiumPath(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = folders.map((folder) => join(folder, 'chromium'));
  return process.env.CHROMIUM_PATH ?? candidates.find(isExecutable) ?? 'chromium';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
