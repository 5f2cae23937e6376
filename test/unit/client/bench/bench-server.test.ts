import { describe, expect, it } from 'vitest';
import { BenchServer } from '../../../../client/bench/bench-server.js';
import type { ServerSamples } from '../../../../client/report/run-trust-schema.js';

const SAMPLES: ServerSamples = { url: 'http://x', version: '1', isSameMachine: false, samples: [], streams: [] };

function serverOfTest() {
  const calls: string[] = [];
  const watch = {
    begin: () => Promise.resolve(void calls.push('begin')),
    end: () => {
      calls.push('end');
      return Promise.resolve(SAMPLES);
    },
    close: () => Promise.resolve(void calls.push('close')),
  };
  return { calls, server: new BenchServer(watch) };
}

describe('BenchServer', () => {
  it('is asked once, of the window', async () => {
    const { calls, server } = serverOfTest();
    server.onPhase('running');
    server.onPhase('running');
    server.onPhase('collecting');
    expect(await server.samples()).toBe(SAMPLES);
    await server.close();
    expect(calls).toEqual(['begin', 'end', 'close']);
  });

  it('tells of a window that broke off', async () => {
    const { server } = serverOfTest();
    server.onPhase('running');
    expect(await server.samples()).toBe(SAMPLES);
  });

  it('has nothing to tell where no window began, or nobody is asked', async () => {
    expect(await serverOfTest().server.samples()).toBeNull();
    const nobody = new BenchServer(null);
    nobody.onPhase('running');
    nobody.onPhase('collecting');
    expect(await nobody.samples()).toBeNull();
  });
});
