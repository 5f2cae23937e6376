import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkoutCommit } from '../../../shared/checkout.js';

describe('checkoutCommit', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'checkout-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' }).trim();
  };
  const commit = () => {
    git('init', '-q');
    writeFileSync(join(folder, 'file'), '1');
    git('add', '.');
    git('commit', '-qm', 'one');
    return git('rev-parse', '--short=12', 'HEAD');
  };

  it('is that of the checkout, with a + where files differ', () => {
    const hash = commit();
    expect(checkoutCommit(folder)).toBe(hash);
    writeFileSync(join(folder, 'file'), '2');
    expect(checkoutCommit(folder)).toBe(`${hash}+`);
  });

  it("is none of a folder inside of somebody's checkout", () => {
    commit();
    const inside = join(folder, 'node_modules');
    mkdirSync(inside);
    expect(checkoutCommit(inside)).toBeNull();
  });

  it('is none without a commit or a checkout', () => {
    expect(checkoutCommit(folder)).toBeNull();
    git('init', '-q');
    expect(checkoutCommit(folder)).toBeNull();
    expect(checkoutCommit(join(folder, 'missing'))).toBeNull();
  });

  it('does not take the checkout of a hook that runs it', () => {
    vi.stubEnv('GIT_DIR', join(process.cwd(), '.git'));
    expect(checkoutCommit(folder)).toBeNull();
    vi.unstubAllEnvs();
  });
});
