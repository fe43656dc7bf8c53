import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { placed } from './placed.js';

export interface Column<Row> {
  readonly title: string;
  /** For `grid-template-columns`. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

interface VirtualTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

const rowHeight = 44;
/** Rows that are drawn beyond the visible ones, above and below. */
const spare = 8;

/** A table that draws the rows one sees. The arrow keys, Home, End and the page keys go from row to row. */
export function VirtualTable<Row>({ label, columns, rows, keyOf }: VirtualTableProps<Row>): JSX.Element {
  const scroll = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = scroll.current;
    if (element === null) return;
    const look = (): void => setSeen({ top: element.scrollTop, height: element.clientHeight });
    look();
    element.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, []);

  const first = Math.max(0, Math.floor(seen.top / rowHeight) - spare);
  const last = Math.min(rows.length, Math.ceil((seen.top + seen.height) / rowHeight) + spare);
  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };

  const walk = (event: KeyboardEvent): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
    if (row === null || !(event.target instanceof HTMLAnchorElement)) return;
    const page = Math.max(1, Math.floor(seen.height / rowHeight) - 1);
    const wanted = stepTo(event.key, Number(row.dataset.row), page, rows.length);
    if (wanted === undefined) return;
    event.preventDefault();
    const to = Math.min(rows.length - 1, Math.max(0, wanted));
    const element = scroll.current;
    if (element === null) return;
    const top = to * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    if (top + 2 * rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + 2 * rowHeight - element.clientHeight;
    }
    setSeen({ top: element.scrollTop, height: element.clientHeight });
    requestAnimationFrame(() =>
      element.querySelector<HTMLElement>(`[data-row="${to}"] a`)?.focus({ preventScroll: true }),
    );
  };

  return (
    // Rows of a table element can't be placed freely, so roles make the table.
    // What scrolls must scroll by keyboard, too, so the table takes the focus.
    <div
      class="table"
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      ref={scroll}
      onKeyDown={walk}
    >
      <div role="rowgroup" class="table-head">
        <div role="row" aria-rowindex={1} class="row" style={template}>
          {columns.map(({ title, isNumber }) => (
            <span role="columnheader" key={title} class={isNumber ? 'number' : undefined}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" class="table-body" style={placed({ height: rows.length * rowHeight })}>
        {rows.slice(first, last).map((row, offset) => (
          <div
            role="row"
            class="row"
            key={keyOf(row)}
            aria-rowindex={first + offset + 2}
            data-row={first + offset}
            style={{ ...template, ...placed({ y: (first + offset) * rowHeight }) }}
          >
            {columns.map(({ title, isNumber, cell }) => (
              <span role="cell" key={title} class={isNumber ? 'number' : undefined}>
                {cell(row)}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function stepTo(key: string, from: number, page: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return from + 1;
    case 'ArrowUp':
      return from - 1;
    case 'PageDown':
      return from + page;
    case 'PageUp':
      return from - page;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
