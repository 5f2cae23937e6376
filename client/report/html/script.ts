/**
 * What a report can do in a browser that runs scripts: read charts with the pointer and the arrow keys, sort tables, and
 * change between day and night. It reads the tables of the page and writes text only, so nothing in a report is ever code.
 */
export const REPORT_SCRIPT = `'use strict';
const all = (root, selector) => Array.from(root.querySelectorAll(selector));
const make = (tag, className) => Object.assign(document.createElement(tag), { className });
const clamp = (value, most) => Math.min(most, Math.max(0, value));

for (const svg of all(document, 'svg.plot')) {
  const card = svg.closest('section');
  const table = card.querySelector('table.reading');
  const cross = svg.querySelector('.cross');
  const heads = all(table.tHead, 'th').map((head) => head.textContent);
  const rows = Array.from(table.tBodies[0].rows);
  const readout = make('p', 'readout');
  readout.setAttribute('aria-live', 'polite');
  svg.closest('.plot-box').before(readout);
  const columns = Number(svg.dataset.columns ?? 0);
  let row = 0;
  let column = -1;
  let started = false;
  const texts = (at) => Array.from(rows[at].cells, (cell) => cell.textContent.trim());
  const show = () => {
    started = true;
    card.classList.add('reading-now');
    const [label, ...values] = texts(row);
    if (columns > 0) {
      cross.setAttribute('x', (100 * column) / columns + '%');
      cross.setAttribute('y', (100 * row) / rows.length + '%');
      readout.textContent = label + ', ' + heads[column + 1] + ': ' + (values[column] ?? '-');
      return;
    }
    const { x, y } = rows[row].dataset;
    if (x !== undefined) for (const end of ['x1', 'x2']) cross.setAttribute(end, 100 * x + '%');
    else for (const end of ['y1', 'y2']) cross.setAttribute(end, 100 * y + '%');
    readout.textContent = label + ': ' + values.map((value, index) => heads[index + 1] + ' ' + value).join(', ');
  };
  const places = rows.map(({ dataset }) => [dataset.x, dataset.y].map((at) => (at === undefined ? null : Number(at))));
  const nearest = (x, y) => {
    let best = 0;
    let least = Infinity;
    places.forEach(([ownX, ownY], index) => {
      const distance = Math.hypot(ownX === null ? 0 : ownX - x, ownY === null ? 0 : 4 * (ownY - y));
      if (distance < least) [best, least] = [index, distance];
    });
    return best;
  };
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const x = clamp((event.clientX - box.left) / box.width, 1);
    const y = clamp((event.clientY - box.top) / box.height, 1);
    row = columns > 0 ? Math.min(rows.length - 1, Math.floor(y * rows.length)) : nearest(x, y);
    column = Math.min(columns - 1, Math.floor(x * columns));
    show();
  });
  svg.addEventListener('pointerleave', () => {
    if (document.activeElement !== svg) card.classList.remove('reading-now');
  });
  svg.addEventListener('focus', () => {
    column = Math.max(0, column);
    if (svg.matches(':focus-visible')) show();
  });
  svg.addEventListener('blur', () => card.classList.remove('reading-now'));
  svg.addEventListener('keydown', (event) => {
    const { key } = event;
    const last = rows.length - 1;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
    const upDown = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
    if (key === 'Escape') return card.classList.remove('reading-now');
    if (sideways === 0 && upDown === 0 && key !== 'Home' && key !== 'End') return;
    event.preventDefault();
    if (columns > 0) {
      row = clamp(row + upDown, last);
      column = key === 'Home' ? 0 : key === 'End' ? columns - 1 : clamp(column + sideways, columns - 1);
    } else {
      row = key === 'Home' ? 0 : key === 'End' ? last : clamp(row + (started ? sideways + upDown : 0), last);
    }
    show();
  });
}

for (const table of all(document, 'table.sortable')) {
  all(table.tHead, 'th').forEach((head, index) => {
    const button = make('button', '');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of all(table.tHead, 'th')) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const keyed = Array.from(table.tBodies[0].rows, (row) => ({ row, cell: row.cells[index] }));
      const compare = ({ cell: a }, { cell: b }) => {
        const [first, second] = [a.dataset.v, b.dataset.v];
        if (first === undefined || second === undefined)
          return a.textContent.localeCompare(b.textContent, undefined, { numeric: true }) * (down ? -1 : 1);
        if (first === '' || second === '') return (first === '') - (second === '');
        return (first - second) * (down ? -1 : 1);
      };
      table.tBodies[0].append(...keyed.sort(compare).map(({ row }) => row));
    });
  });
}

const hint = make('p', 'hint');
hint.textContent = 'Point at a chart, or move on it with the arrow keys, to read its values. Click on the head of a table to sort it.';
document.querySelector('nav').append(hint);

const night = matchMedia('(prefers-color-scheme: dark)');
const button = make('button', 'theme');
button.type = 'button';
const isDark = () => (document.documentElement.dataset.theme ?? (night.matches ? 'dark' : 'light')) === 'dark';
const name = () => (button.textContent = isDark() ? 'Light' : 'Dark');
button.addEventListener('click', () => {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  name();
});
name();
document.querySelector('header').append(button);
`;
