import { type Fit, type Size, placePicture } from './placement.js';

/**
 * Draws pictures into a canvas as many device pixels large as the element is, so that a large picture in a small tile
 * costs what the tile costs. It keeps the newest picture, to draw it again when the element changes its size.
 */
export class FrameCanvas {
  private readonly context: CanvasRenderingContext2D | null;
  private readonly observer: ResizeObserver;
  private picture: ImageBitmap | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private fit: Fit,
  ) {
    this.context = canvas.getContext('2d', { alpha: false, desynchronized: true });
    // What another stream may have left there.
    this.context?.clearRect(0, 0, canvas.width, canvas.height);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(canvas);
  }

  get hasPicture(): boolean {
    return this.picture !== null;
  }

  /** Draws a picture, and closes the one before. */
  show(picture: ImageBitmap): void {
    this.picture?.close();
    this.picture = picture;
    this.draw();
  }

  setFit(fit: Fit): void {
    if (fit === this.fit) return;
    this.fit = fit;
    this.draw();
  }

  close(): void {
    this.observer.disconnect();
    this.picture?.close();
    this.picture = null;
  }

  private draw(): void {
    if (this.picture === null || this.context === null) return;
    const box = this.deviceBox();
    if (box.width === 0 || box.height === 0) return;
    // To set the size clears the canvas, so it is left alone while it is right.
    if (this.canvas.width !== box.width) this.canvas.width = box.width;
    if (this.canvas.height !== box.height) this.canvas.height = box.height;
    const { x, y, width, height } = placePicture(this.fit, this.picture, box);
    this.context.imageSmoothingQuality = 'medium';
    if (x > 0 || y > 0) this.context.clearRect(0, 0, box.width, box.height);
    this.context.drawImage(this.picture, x, y, width, height);
  }

  private deviceBox(): Size {
    const ratio = globalThis.devicePixelRatio;
    return {
      width: Math.round(this.canvas.clientWidth * ratio),
      height: Math.round(this.canvas.clientHeight * ratio),
    };
  }
}
