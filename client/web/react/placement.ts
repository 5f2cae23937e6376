/** How a picture fills its box, as CSS `object-fit` has it. */
export type Fit = 'contain' | 'cover' | 'fill';

/** A width and a height, in any unit. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where to draw: the upper left corner and the size, in the unit of the box; outside of it for what is cut off. */
export interface Placement extends Size {
  readonly x: number;
  readonly y: number;
}

/** Where a picture of size `picture` lies in a box of size `box`, centred. */
export function placePicture(fit: Fit, picture: Size, box: Size): Placement {
  if (fit === 'fill') return { x: 0, y: 0, width: box.width, height: box.height };
  const ratios = [box.width / picture.width, box.height / picture.height] as const;
  const scale = fit === 'contain' ? Math.min(...ratios) : Math.max(...ratios);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (box.width - width) / 2, y: (box.height - height) / 2, width, height };
}
