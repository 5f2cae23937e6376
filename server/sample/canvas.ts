import { forEachDot } from '../drawing/bitmap-font.js';

/** Red, green and blue, 0 to 255 each. */
export type Color = readonly [number, number, number];

/** A shape as its signed distance: pixels from (x, y) to the edge, negative inside. `reachPx` bounds it around its centre. */
export interface Shape {
  readonly x: number;
  readonly y: number;
  readonly reachPx: number;
  distanceAt(x: number, y: number): number;
}

/** How a shape is filled: `softnessPx` is the width of its edge (1 is a sharp one without stairs). */
export interface Paint {
  readonly color: Color;
  readonly opacity?: number;
  readonly softnessPx?: number;
}

export function circle(x: number, y: number, radiusPx: number): Shape {
  return { x, y, reachPx: radiusPx, distanceAt: (px, py) => Math.hypot(px - x, py - y) - radiusPx };
}

export function ring(x: number, y: number, radiusPx: number, widthPx: number): Shape {
  const distanceAt = (px: number, py: number): number => Math.abs(Math.hypot(px - x, py - y) - radiusPx) - widthPx / 2;
  return { x, y, reachPx: radiusPx + widthPx / 2, distanceAt };
}

/** A rectangle with round corners, turned by `angle` radians around its centre. */
export function box(x: number, y: number, widthPx: number, heightPx: number, cornerPx: number, angle = 0): Shape {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const distanceAt = (px: number, py: number): number => {
    const dx = px - x;
    const dy = py - y;
    const outsideX = Math.abs(dx * cos + dy * sin) - widthPx / 2 + cornerPx;
    const outsideY = Math.abs(dy * cos - dx * sin) - heightPx / 2 + cornerPx;
    const corner = Math.hypot(Math.max(outsideX, 0), Math.max(outsideY, 0));
    return corner + Math.min(Math.max(outsideX, outsideY), 0) - cornerPx;
  };
  return { x, y, reachPx: Math.hypot(widthPx, heightPx) / 2, distanceAt };
}

/** A thick line with round ends. */
export function line(fromX: number, fromY: number, toX: number, toY: number, widthPx: number): Shape {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const lengthPx = Math.hypot(dx, dy);
  const angle = Math.atan2(dy, dx);
  return box((fromX + toX) / 2, (fromY + toY) / 2, lengthPx + widthPx, widthPx, widthPx / 2, angle);
}

/** A picture in RGB24, drawn into by blending shapes and text over what is there. */
export class Canvas {
  readonly data: Buffer;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = Buffer.alloc(width * height * 3);
  }

  fill(shape: Shape, { color, opacity = 1, softnessPx = 1 }: Paint): void {
    const reachPx = shape.reachPx + softnessPx;
    const [left, right] = clampRange(shape.x - reachPx, shape.x + reachPx, this.width);
    const [top, bottom] = clampRange(shape.y - reachPx, shape.y + reachPx, this.height);
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) {
        const coverage = 0.5 - shape.distanceAt(x + 0.5, y + 0.5) / softnessPx;
        if (coverage > 0) this.blend(x, y, color, opacity * Math.min(1, coverage));
      }
    }
  }

  /** Writes one line of text whose top left dot is at (x, y), each dot a square of `scale` pixels. */
  text(x: number, y: number, text: string, scale: number, color: Color): void {
    forEachDot(text, (column, row) => {
      for (let dy = 0; dy < scale; dy += 1) {
        for (let dx = 0; dx < scale; dx += 1) this.blend(x + column * scale + dx, y + row * scale + dy, color, 1);
      }
    });
  }

  private blend(x: number, y: number, color: Color, opacity: number): void {
    const offset = (y * this.width + x) * 3;
    for (let channel = 0; channel < 3; channel += 1) {
      const below = this.data[offset + channel] ?? 0;
      this.data[offset + channel] = Math.round(below + ((color[channel] ?? 0) - below) * opacity);
    }
  }
}

function clampRange(from: number, to: number, size: number): [number, number] {
  return [Math.max(0, Math.floor(from)), Math.min(size, Math.ceil(to))];
}
