/**
 * Draws boxes around what moves, by comparing the brightness of coarse cells with the frame before.
 *
 *   streamer-server cam.mp4 --processor 'motion-boxes.mjs?threshold=12&cell=16'
 *
 * `threshold` is the change of a cell's mean brightness that counts as motion, of 255; `cell` its side in pixels.
 */

const SAMPLE_STEP_PX = 4;

let threshold = 12;
let cellPx = 16;
/** Brightness of the cells of the last frame: the frame's own memory is gone once it was returned. */
let previous = null;

/** @type {import('frame-streamer/processor').ProcessorModule['setup']} */
export function setup({ parameters }) {
  threshold = numberFrom(parameters, 'threshold', threshold, 1, 255);
  cellPx = numberFrom(parameters, 'cell', cellPx, SAMPLE_STEP_PX, 512);
}

/** @type {import('frame-streamer/processor').ProcessorModule['processFrame']} */
export function processFrame(frame, context) {
  const grid = brightnessOf(frame);
  const isComparable = previous?.columns === grid.columns && previous.rows === grid.rows;
  const moving = isComparable ? grid.levels.map((level, i) => Math.abs(level - previous.levels[i]) >= threshold) : [];
  previous = grid;
  for (const box of boxesAround(moving, grid.columns)) context.drawBox(frame, box);
  return frame;
}

/** Mean of green, which carries most of the brightness, over a few pixels of each cell. */
function brightnessOf({ data, width, height }) {
  const columns = Math.ceil(width / cellPx);
  const rows = Math.ceil(height / cellPx);
  const sums = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let y = 0; y < height; y += SAMPLE_STEP_PX) {
    const row = Math.floor(y / cellPx) * columns;
    for (let x = 0; x < width; x += SAMPLE_STEP_PX) {
      const cell = row + Math.floor(x / cellPx);
      sums[cell] += data[(y * width + x) * 3 + 1];
      counts[cell] += 1;
    }
  }
  return { columns, rows, levels: Array.from(sums, (sum, cell) => sum / counts[cell]) };
}

/** One box, in pixels, around each group of moving cells that touch, at their corners too. */
function* boxesAround(moving, columns) {
  const left = new Set(moving.flatMap((isMoving, cell) => (isMoving ? [cell] : [])));
  for (const first of left) {
    const group = takeGroup(first, left, columns);
    const xs = group.map((cell) => cell % columns);
    const ys = group.map((cell) => Math.floor(cell / columns));
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    const [width, height] = [Math.max(...xs) - x + 1, Math.max(...ys) - y + 1];
    yield { x: x * cellPx, y: y * cellPx, width: width * cellPx, height: height * cellPx };
  }
}

/** Takes `first` and all that hangs together with it out of `left`. */
function takeGroup(first, left, columns) {
  const group = [first];
  left.delete(first);
  for (const cell of group) {
    const column = cell % columns;
    for (const dy of [-columns, 0, columns]) {
      for (const dx of [-1, 0, 1]) {
        const isInRow = column + dx >= 0 && column + dx < columns;
        if (isInRow && left.delete(cell + dy + dx)) group.push(cell + dy + dx);
      }
    }
  }
  return group;
}

function numberFrom(parameters, name, fallback, min, max) {
  const value = Number(parameters[name] ?? fallback);
  if (value >= min && value <= max) return value;
  throw new RangeError(`${name} must be a number from ${min} to ${max}, not ${parameters[name]}`);
}
