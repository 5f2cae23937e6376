import { describe, expect, it } from 'vitest';
import { HeldFigures } from '../../../../client/probe/held-figures.js';

function heldOfTest() {
  const counted: string[] = [];
  return { counted, held: new HeldFigures<string>((figure) => counted.push(figure)) };
}

describe('HeldFigures', () => {
  it('counts what is followed half a period later', () => {
    const { counted, held } = heldOfTest();
    held.hold('a', 1000);
    held.hold('b', 1001);
    held.onPicture(20_999, 40_000);
    expect(counted).toEqual([]);
    held.onPicture(21_000, 40_000);
    expect(counted).toEqual(['a']);
    held.onPicture(21_001, 40_000);
    expect(counted).toEqual(['a', 'b']);
  });

  it('counts what is followed at all while the rate is not known', () => {
    const { counted, held } = heldOfTest();
    held.hold('a', 1000);
    held.onPicture(1000, null);
    expect(counted).toEqual(['a']);
  });

  it('forgets the rest, and never keeps more than a hundred', () => {
    const { counted, held } = heldOfTest();
    for (let index = 0; index < 103; index += 1) held.hold(`${index}`, 0);
    expect(counted).toEqual(['0', '1', '2']);
    held.clear();
    held.onPicture(1_000_000, 1);
    expect(counted).toHaveLength(3);
  });
});
