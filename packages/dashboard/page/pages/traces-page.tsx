import type { JSX } from 'preact';
import { useContext, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { Choice } from '../parts/choice.js';
import { clockTime } from '../parts/clock-time.js';
import { Empty } from '../parts/empty.js';
import { milliseconds } from '../parts/numbers.js';
import { PageHead } from '../parts/page-head.js';
import { SearchBox } from '../parts/search-box.js';
import { type Column, VirtualTable } from '../parts/virtual-table.js';
import { addressOf } from '../route.js';
import { StoreContext } from '../state/store.js';
import type { Traces } from '../state/traces.js';
import { summaryOf, type TraceSummary } from '../state/waterfall.js';
import { TraceView } from './trace-view.js';

const kinds = [
  { value: 'all', label: 'All' },
  { value: 'failed', label: 'Failed' },
] as const;
type Kind = (typeof kinds)[number]['value'];

/** The last traces, or the one of that id. */
export function TracesPage({ id }: { readonly id: string | undefined }): JSX.Element {
  const store = useContext(StoreContext).traces;
  const [traces, setTraces] = useState(store.now);
  useLayoutEffect(() => store.subscribe(setTraces), [store]);
  return id === undefined ? <TraceList traces={traces} /> : <TraceView id={id} trace={traces.rows.get(id)} />;
}

function TraceList({ traces }: { readonly traces: Traces }): JSX.Element {
  const { lost, refusals, rows } = traces;
  const [search, setSearch] = useState('');
  const [kind, setKind] = useState<Kind>('all');
  const [paused, setPaused] = useState<Traces['rows'] | undefined>(undefined);
  const shown = paused ?? rows;
  const words = search.trim().toLowerCase();
  const found = useMemo(
    () =>
      [...shown.values()]
        .flatMap((trace) => summaryOf(trace) ?? [])
        .filter((each) => (kind === 'all' || each.hasFailed) && matches(each, words))
        .sort((one, other) => other.startMs - one.startMs),
    [shown, kind, words],
  );
  const note = `The last ${found.length.toLocaleString('en')}, newest first`;
  return (
    <>
      <PageHead title="Traces" note={lost === 0 ? note : `${note}; more than hosts tell are missing`}>
        <button
          type="button"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused === undefined ? rows : undefined)}
        >
          {paused === undefined ? 'Pause' : 'Go on'}
        </button>
        <Choice label="Show" options={kinds} value={kind} onChange={setKind} />
        <SearchBox label="Find traces" value={search} onChange={setSearch} />
      </PageHead>
      {refusals.map((refusal) => (
        <p class="page-note muted-text" key={refusal}>
          {refusal}
        </p>
      ))}
      {found.length === 0 ? (
        <Empty title={rows.size === 0 ? 'Nothing has been called yet' : 'No trace matches'}>
          Hosts tell what is called while somebody looks, up to some 25 requests a second of each thread.
        </Empty>
      ) : (
        <VirtualTable label="Traces" columns={columns} rows={found} keyOf={({ id }) => id} />
      )}
    </>
  );
}

const columns: readonly Column<TraceSummary>[] = [
  { title: 'Time', width: '80px', cell: ({ startMs }) => clockTime(startMs) },
  {
    title: 'What',
    width: 'minmax(0, 3fr)',
    cell: ({ id, title }) => <a href={addressOf('traces', id)}>{title}</a>,
  },
  { title: 'Where', width: 'minmax(0, 1.4fr)', cell: ({ owner }) => owner ?? '' },
  {
    title: 'Outcome',
    width: '110px',
    cell: ({ hasFailed, status }) => (
      <span class={`badge ${hasFailed ? 'failed' : 'good'}`}>
        {[status, hasFailed ? 'failed' : status === undefined ? 'ok' : undefined].filter(Boolean).join(' ')}
      </span>
    ),
  },
  { title: 'Duration', width: '90px', isNumber: true, cell: ({ durationMs }) => milliseconds(durationMs) },
  { title: 'Steps', width: '60px', isNumber: true, cell: ({ spans }) => spans },
  { title: 'Log lines', width: '70px', isNumber: true, cell: ({ lines }) => lines },
];

function matches({ id, owner = '', status = '', title }: TraceSummary, words: string): boolean {
  return words === '' || [id, owner, status, title].some((each) => each.toLowerCase().includes(words));
}
