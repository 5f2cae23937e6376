import { describe, expect, it } from 'vitest';
import { parseServerCommand } from '../../../../server/cli.js';
import type { PublishCommand } from '../../../../server/publish/publish-command.js';

function parse(...args: string[]): PublishCommand {
  const command = parseServerCommand(['publish', ...args], {});
  if (command.kind !== 'publish') throw new Error(`it is ${JSON.stringify(command)}`);
  return command;
}

describe('PUBLISH', () => {
  it('is asked for by name, with flags of its own', () => {
    const { config, warnings } = parse('--streams', '3', '--video', 'a.mp4', '--video', 'test:bars');
    expect(config.streams).toBe(3);
    expect(config.videos.map(({ name }) => name)).toEqual(['a.mp4', 'test:bars']);
    expect(warnings).toEqual([]);
  });

  it('keeps the command line without its secrets', () => {
    const { line } = parse(
      ...['--to', 'rtsp://user:s3cret-1@h/x', '--admin-token', 's3cret-2', '--time-code'],
      ...['--video', "it's a file.mp4"],
    );
    expect(line).toBe(
      "streamer-server publish --to rtsp://user:***@h/x --video 'it'\\''s a file.mp4' --time-code --admin-token ***",
    );
  });

  it('has its options in its help, and itself in that of the program', () => {
    const help = parseServerCommand(['publish', '--help'], {});
    expect(help).toMatchObject({ kind: 'exit', exitCode: 0 });
    const text = help.kind === 'exit' ? help.text : '';
    for (const flag of ['--streams', '--to', '--max-cpu-percent', '--report-interval', '--time-code', '--mediamtx']) {
      expect(text).toContain(flag);
    }
    const program = parseServerCommand(['--help'], {});
    expect(program.kind === 'exit' && program.text).toContain('publish');
  });
});
