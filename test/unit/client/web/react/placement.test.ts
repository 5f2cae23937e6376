import { describe, expect, it } from 'vitest';
import { placePicture } from '../../../../../client/web/react/placement.js';

const PICTURE = { width: 200, height: 100 };

describe('placePicture', () => {
  it('contains the whole picture, centred between bars', () => {
    expect(placePicture('contain', PICTURE, { width: 100, height: 100 })).toEqual({
      x: 0,
      y: 25,
      width: 100,
      height: 50,
    });
  });

  it('covers the whole box, and cuts off what does not fit', () => {
    expect(placePicture('cover', PICTURE, { width: 100, height: 100 })).toEqual({
      x: -50,
      y: 0,
      width: 200,
      height: 100,
    });
  });

  it('fills the box, whatever that does to the picture', () => {
    expect(placePicture('fill', PICTURE, { width: 30, height: 70 })).toEqual({ x: 0, y: 0, width: 30, height: 70 });
  });

  it('enlarges a picture that is smaller than its box', () => {
    expect(placePicture('contain', PICTURE, { width: 400, height: 400 })).toEqual({
      x: 0,
      y: 100,
      width: 400,
      height: 200,
    });
  });
});
