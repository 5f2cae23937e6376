import { describe, expect, it } from 'vitest';
import { CodeSearch } from '../../../../client/probe/code-search.js';
import { codedPicture } from '../../../helpers/probe-samples.js';

const GREY = { data: new Uint8Array(480 * 270), width: 480, height: 270 };
const CODE = { kind: 'media' as const, timeUs: 40_000, counter: 1 };
const CODED = codedPicture(0, CODE).luma!;

describe('CodeSearch', () => {
  it('looks at every picture of a video that has codes, whatever is between them', () => {
    const search = new CodeSearch();
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 40; index += 1) expect(search.read(GREY)).toBeNull();
      expect(search.read(CODED)).toEqual(CODE);
    }
  });

  it('looks at some pictures of a video that had none for long, and at all once there is one', () => {
    const search = new CodeSearch();
    for (let index = 0; index < 100; index += 1) search.read(GREY);
    const found = Array.from({ length: 12 }, () => search.read(CODED) !== null);
    expect(found.indexOf(true)).toBe(9);
    expect(found.slice(9)).toEqual([true, true, true]);
  });
});
