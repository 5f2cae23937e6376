import { describe, expect, it } from 'vitest';
import { isStreamName } from '../../../shared/stream-name.js';

describe('isStreamName', () => {
  it.each(['a', '0', 'Door_1.left-side', '.a', 'a'.repeat(64)])('takes %s', (name) => {
    expect(isStreamName(name)).toBe(true);
  });

  it.each(['', '.', '..', '-', 'a b', 'a/b', 'ä', 'a\n', 'a'.repeat(65)])('refuses %j', (name) => {
    expect(isStreamName(name)).toBe(false);
  });
});
