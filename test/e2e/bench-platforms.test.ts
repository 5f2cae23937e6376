import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../shared/histogram.js';
import { ChromiumOfTest, hasChromium } from '../helpers/chromium.js';
import { ClientProcess } from '../helpers/client-process.js';
import { requirePythonPackage, runPython } from '../helpers/python-package.js';
import { startServer } from '../helpers/server-of-test.js';
import { openInterface } from '../helpers/web-interface-of-test.js';

const FPS = 25;
const SECONDS = 3;
/** What the clocks of processes of one machine, each read from the wall when it began, are steered apart meanwhile. */
const SLEW_US = 2000;

interface EncodedDistribution {
  readonly values: string;
  readonly negative?: string;
}

interface Subject {
  readonly name: string;
  readonly frames: { readonly received: number; readonly lost: number; readonly skipped: number };
  readonly latencyUs: { readonly p50: number; readonly p99: number };
  readonly clockErrorUs: number;
  readonly histograms: Readonly<Record<'latency' | 'age', EncodedDistribution>>;
}

interface Report {
  readonly details: { readonly devices: readonly { readonly subject: string; readonly included: boolean }[] };
  readonly subjects: readonly Subject[];
  readonly total: Subject;
  readonly clocks: readonly { readonly of: string; readonly offsetUs: number; readonly errorUs: number }[];
}

const ready = hasChromium() && (await requirePythonPackage());

describe.skipIf(!ready)('a benchmark of a browser, Node.js and Python', () => {
  let chromium: ChromiumOfTest;

  beforeAll(async () => {
    chromium = await ChromiumOfTest.start();
  });
  afterAll(() => chromium.stop());

  it('measures the same frames on each, with a clock error that is true, and merges them', async () => {
    const server = await startServer([`cam=test:testsrc?size=160x120&fps=${FPS}`]);
    const ui = await openInterface(chromium, server, { viewport: { width: 360, height: 740 } });
    await ui.open('#join?name=phone');
    await ui.page.getByText('Waiting for a benchmark').waitFor();
    const node = ClientProcess.run(['join', `127.0.0.1:${server.port}`, '--name', 'kitchen', '--once', '--json']);
    const python = runPython([
      ...['-m', 'frame_streamer.join', '127.0.0.1', '--port', String(server.port), '--name', 'pi', '--once', '--json'],
    ]);
    const bench = ClientProcess.run([
      ...[
        'bench',
        '--port',
        String(server.port),
        '--devices',
        '3',
        '--duration',
        String(SECONDS),
        '--lead',
        '2',
        '--json',
      ],
    ]);
    await ui.page.getByText('Done').waitFor();
    expect(await bench.exit).toEqual({ code: 0, signal: null });
    const { subjects, total, clocks, details } = JSON.parse(bench.stdout) as Report;
    // A busy machine may hold up a device, which is then no part of the total.
    const counted = subjects.filter(({ name }) =>
      details.devices.some(({ subject, included }) => included && subject === name),
    );

    expect(subjects.map(({ name }) => name).sort()).toEqual(['kitchen', 'phone', 'pi']);
    // On a busy machine the source leaves frames out for everybody, or the server for a device that fell behind, and says so.
    const sent = subjects.map(({ frames: { received, skipped, lost } }) => ({ frames: received + skipped, lost }));
    expect(sent).toEqual(sent.map(() => ({ frames: sent[0]!.frames, lost: 0 })));
    expect(Math.abs(sent[0]!.frames - FPS * SECONDS)).toBeLessThanOrEqual(1);
    expect(total.frames.received).toBe(counted.reduce((sum, { frames }) => sum + frames.received, 0));

    // All run on this machine, so that the truth is known: their clocks are the same.
    expect(clocks).toHaveLength(3);
    for (const { offsetUs, errorUs } of clocks) expect(Math.abs(offsetUs)).toBeLessThanOrEqual(errorUs + SLEW_US);

    for (const kind of ['latency', 'age'] as const) {
      const merged = new LatencyHistogram();
      for (const { histograms } of counted) merged.merge(histogramOf(histograms[kind]));
      const whole = histogramOf(total.histograms[kind]);
      for (const q of [0.01, 0.5, 0.99, 1]) expect(whole.quantile(q)).toBe(merged.quantile(q));
      expect(whole.count).toBe(merged.count);
    }

    const phone = subjects.find(({ name }) => name === 'phone')!;
    expect(await figure(ui.page, 'Frames')).toBe(String(phone.frames.received));
    const shownMs = Number.parseFloat((await figure(ui.page, 'Latency, p50')) ?? '');
    expect(Math.abs(shownMs * 1000 - phone.latencyUs.p50)).toBeLessThan(200);

    // What devices print of themselves is what the report says of them.
    const kitchen = JSON.parse((await node.exit, node.stdout)) as { benchmarks: { result: { received: number } }[] };
    const ofKitchen = subjects.find(({ name }) => name === 'kitchen')!;
    expect(kitchen.benchmarks[0]?.result.received).toBe(ofKitchen.frames.received);
    const { exitCode, stdout } = await python;
    const pi = JSON.parse(stdout) as { name: string; received: number; latencyP50Us: number; platform?: string };
    const ofPi = subjects.find(({ name }) => name === 'pi')!;
    expect([exitCode, pi.name, pi.received]).toEqual([0, 'pi', ofPi.frames.received]);
    expect(Math.abs(pi.latencyP50Us / ofPi.latencyUs.p50 - 1)).toBeLessThan(0.01);
  });
});

/** A figure of the page, by its name. */
async function figure(page: Page, name: string): Promise<string | null> {
  return page
    .locator('.figure-item', { has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .textContent();
}

function histogramOf({ values, negative }: EncodedDistribution): LatencyHistogram {
  return LatencyHistogram.decode(values, negative);
}
