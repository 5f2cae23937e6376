import { describe, expect, it } from 'vitest';
import { redactedCommandLine } from '../../../../client/report/command-line-text.js';

const shown = (...args: string[]) => redactedCommandLine(args).join(' ');

describe('redactedCommandLine', () => {
  it('leaves what is no secret', () => {
    const args = [
      'load',
      'cam=streamer://127.0.0.1:8000/cam',
      '--clients',
      '10',
      '--slo',
      'p99<100ms,lost=0',
      '--json',
    ];
    expect(redactedCommandLine(args)).toEqual(args);
    expect(shown('cameras', '--filter', 'status=1', '--url-field', 'fr_url')).toBe(
      'cameras --filter status=1 --url-field fr_url',
    );
  });

  it('hides the values of flags that have the name of a secret', () => {
    expect(shown('load', '--token', 'hunter2', '--json')).toBe('load --token *** --json');
    expect(shown('--token=hunter2')).toBe('--token=***');
    expect(shown('--api-key', 'a', '--admin-token=b', '--password', 'c')).toBe(
      '--api-key *** --admin-token=*** --password ***',
    );
  });

  it('hides passwords and tokens of addresses, with a label too', () => {
    expect(shown('door=rtsp://u:hunter2@10.0.0.1/1')).toBe('door=rtsp://u:***@10.0.0.1/1');
    expect(shown('token=http://10.0.0.1/a?token=hunter2')).toBe('token=http://10.0.0.1/a?token=***');
    expect(shown('--server-api=http://h:8080/?token=hunter2')).toBe('--server-api=http://h:8080/?token=***');
  });

  it('hides what headers hold, and parameters without an address', () => {
    expect(shown('--header', 'Authorization: Bearer hunter2')).toBe('--header Authorization: ***');
    expect(shown('--header=X-Camera: hunter2', '-H', 'hunter2')).toBe('--header=X-Camera: *** -H ***');
    expect(shown('--filter', 'api_key=hunter2')).toBe('--filter api_key=***');
  });
});
