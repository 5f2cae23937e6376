import { describe, expect, it } from 'vitest';
import { bottleneckOf } from '../../../../client/capacity/bottleneck.js';
import { measuredStepOf, serverSamplesOf } from '../../../helpers/capacity-samples.js';

describe('bottleneckOf', () => {
  it('names the server when its CPU or its event loop was at its end', () => {
    const server = serverSamplesOf({ cpuPercent: 98, loopDelayP99Us: 120_000 });
    expect(bottleneckOf(measuredStepOf({ server }), null)).toBe(
      'The server was busy 98 % of a core; the event loop of the server was up to 120 ms late (p99 of a second).',
    );
  });

  it('names a limit of the server, and nothing else then', () => {
    const errors = [{ code: 'SERVER_FULL', message: 'Full.', count: 3 }];
    const sample = { total: { errors }, server: serverSamplesOf({ cpuPercent: 98 }) };
    expect(bottleneckOf(measuredStepOf(sample), null)).toBe(
      'The server took no more (SERVER_FULL) than its limit of clients (--max-clients) allows, whatever it could have borne.',
    );
  });

  it('names the machine, and the hypervisor', () => {
    const generator = { machineCpuPercent: 97, stolenCpuPercent: 20 };
    expect(bottleneckOf(measuredStepOf({ generator }), null)).toBe(
      'The machine that the load was made on was busy 97 %, all its cores together; the hypervisor took 20 % of its time away.',
    );
  });

  it('names bytes that do not grow with the sessions', () => {
    const held = measuredStepOf({ size: 400, total: { throughputMbps: 930 } });
    const broke = measuredStepOf({ size: 500, total: { throughputMbps: 940 } });
    expect(bottleneckOf(broke, held)).toMatch(
      /^Throughput went from 930 Mbit\/s with 400 to no more than 940 Mbit\/s with 500/,
    );
    const grown = measuredStepOf({ size: 500, total: { throughputMbps: 1160 } });
    expect(bottleneckOf(grown, held)).toMatch(/^Not known/);
  });

  it('says that it is not known, with the figures there are', () => {
    expect(bottleneckOf(measuredStepOf({ server: serverSamplesOf() }), null)).toBe(
      'Not known: the server used 40 % of a core, 90.0 MB of memory, its event loop was 2.0 ms late at most (p99 of a second), this machine was busy 40 %, 72.0 Mbit/s came.',
    );
    expect(bottleneckOf(measuredStepOf(), null)).toMatch(/^Not known: the server was not asked/);
  });
});
