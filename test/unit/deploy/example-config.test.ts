import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveConfig } from '../../../server/config.js';
import { SERVER_OPTIONS } from '../../../server/options.js';
import { SOURCE_KEYS } from '../../../server/stream-config.js';

const text = readFileSync(new URL('../../../deploy/streamer.example.yaml', import.meta.url), 'utf8');
const resolve = (yaml: string) =>
  resolveConfig({ flags: {}, env: {}, defaultSource: 'x.mp4', file: { name: 'example.yaml', text: yaml } }).config;

describe('deploy/streamer.example.yaml', () => {
  it('is a good configuration with a source of nearly every kind', () => {
    const kinds = new Set(resolve(text).streams.map(({ source }) => source.kind));
    expect([...kinds].sort()).toEqual(['device', 'file', 'http', 'network', 'pattern', 'rtsp']);
  });

  it('names every key of the file, those without a default in a comment', () => {
    const keys = Object.entries(SERVER_OPTIONS).flatMap(([key, entry]) => ('inFile' in entry ? [key] : []));
    for (const key of keys) expect(text).toMatch(new RegExp(`^(# )?${key}:`, 'm'));
  });

  it('names every key that a source can have', () => {
    const { sources } = parse(text) as { sources: unknown[] };
    const used = new Set(sources.flatMap((source) => (typeof source === 'object' ? Object.keys(source!) : [])));
    expect([...used].sort()).toEqual([...SOURCE_KEYS].sort());
  });

  it('says the true defaults', () => {
    const defaults = resolve('');
    const { streams, ...server } = resolve(text.replace(/^sources:$[^]*?^# ---/m, '# ---'));
    expect(server).toEqual({ ...defaults, streams: undefined });
    expect(streams).toEqual(defaults.streams);
  });

  it('would be a good configuration with everything that stands in comments', () => {
    const uncommented = text.replaceAll(/^# (?=[a-zA-Z]+:\s)/gm, '');
    const config = resolve(uncommented);
    expect(config.token).toContain('STREAMER_TOKEN');
    expect(config.streams[0]).toMatchObject({ fps: 30, quality: 80 });
  });
});
