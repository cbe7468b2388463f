/**
 * Sorts tables, and shows below the map what the pointer is on, since tooltips do not come on touch screens. Without it the
 * page has everything but that. A first press on a head sorts numbers from the largest, texts from the first.
 */
export const PAGE_SCRIPT = `
'use strict';
const collator = new Intl.Collator('en', { numeric: true });

function keyOf(row, column) {
  const { dataset, textContent } = row.cells[column];
  return dataset.value === undefined ? textContent : Number(dataset.value);
}

function compare(left, right) {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return collator.compare(String(left), String(right));
}

function sortBy(table, head) {
  const column = head.cellIndex;
  const first = head.classList.contains('number') ? 'descending' : 'ascending';
  const second = first === 'ascending' ? 'descending' : 'ascending';
  const order = head.getAttribute('aria-sort') === first ? second : first;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', order);
  const sign = order === 'ascending' ? 1 : -1;
  const rows = Array.from(table.tBodies[0].rows, (row) => ({ row, key: keyOf(row, column) }));
  rows.sort((left, right) => sign * compare(left.key, right.key));
  table.tBodies[0].append(...rows.map(({ row }) => row));
}

for (const table of document.querySelectorAll('table')) {
  for (const button of table.tHead.querySelectorAll('button')) {
    button.addEventListener('click', () => sortBy(table, button.closest('th')));
  }
}

for (const figure of document.querySelectorAll('.maps')) {
  const readout = figure.querySelector('.readout');
  figure.addEventListener('pointerover', ({ target }) => {
    const title = target.querySelector(':scope > title');
    if (title !== null) readout.textContent = title.textContent.split('\\n').join(' · ');
  });
}
`;
