import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { FiguresRow } from '../../src/model/lattice-rows.js';
import { ConditionBadge } from '../parts/condition.js';
import { Empty } from '../parts/empty.js';
import { amount, bytes, milliseconds } from '../parts/numbers.js';
import { PageHead } from '../parts/page-head.js';
import { SearchBox } from '../parts/search-box.js';
import { type Column, VirtualTable } from '../parts/virtual-table.js';
import { addressOf } from '../route.js';
import { sumOf } from '../state/history.js';
import { useView } from '../state/store.js';
import type { Workload } from '../state/workloads.js';

/** A workload with what it is at. */
interface Row extends Workload {
  readonly figures: readonly FiguresRow[];
}

interface WorkloadsPageProps {
  readonly kind: 'component' | 'provider';
}

/** All components, or all providers. */
export function WorkloadsPage({ kind }: WorkloadsPageProps): JSX.Element {
  const { graph, figures } = useView();
  const [search, setSearch] = useState('');
  const [onlyTroubled, setOnlyTroubled] = useState(false);
  const all = useMemo(
    () => [...graph.workloads.values()].filter((each) => each.kind === kind),
    [graph, kind],
  );
  const troubled = all.filter(({ condition }) => condition !== 'good').length;
  const words = search.trim().toLowerCase();
  const rows = all
    .filter((each) => matches(each, words) && (!onlyTroubled || troubled === 0 || each.condition !== 'good'))
    .map((each): Row => ({ ...each, figures: figures.get(each.id) ?? [] }));
  const title = kind === 'component' ? 'Components' : 'Providers';
  return (
    <>
      <PageHead
        title={title}
        note={`${rows.length.toLocaleString('en')} of ${all.length.toLocaleString('en')}`}
      >
        {troubled === 0 ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={onlyTroubled}
              onChange={(event) => setOnlyTroubled(event.currentTarget.checked)}
            />
            Only {troubled.toLocaleString('en')} with troubles
          </label>
        )}
        <SearchBox label={`Find ${title.toLowerCase()}`} value={search} onChange={setSearch} />
      </PageHead>
      {rows.length === 0 ? (
        <Empty title={all.length === 0 ? `No ${kind} runs` : `No ${kind} matches`} />
      ) : (
        <VirtualTable
          label={title}
          columns={kind === 'component' ? componentColumns : providerColumns}
          rows={rows}
          keyOf={({ id }) => id}
        />
      )}
    </>
  );
}

function matches({ id, application = '', components, providers }: Workload, words: string): boolean {
  if (words === '') return true;
  const images = [...components, ...providers].map(({ imageRef }) => imageRef);
  return [id, application, ...images].some((text) => text.toLowerCase().includes(words));
}

const id: Column<Row> = {
  title: 'Id',
  width: 'minmax(180px, 2fr)',
  cell: (each) => (
    <a href={addressOf(each.kind === 'component' ? 'components' : 'providers', each.id)}>{each.id}</a>
  ),
};

const condition: Column<Row> = {
  title: 'State',
  width: '112px',
  cell: (each) => <ConditionBadge condition={each.condition} />,
};

const application: Column<Row> = {
  title: 'Application',
  width: 'minmax(120px, 1fr)',
  cell: (each) => each.application ?? <span class="muted-text">none</span>,
};

const links: Column<Row> = {
  title: 'Links',
  width: '56px',
  isNumber: true,
  cell: ({ calledBy, calls }) => calls.length + calledBy.length,
};

const hosts: Column<Row> = {
  title: 'Hosts',
  width: '56px',
  isNumber: true,
  cell: ({ components, providers }) => components.length + providers.length,
};

const componentColumns: readonly Column<Row>[] = [
  id,
  condition,
  application,
  hosts,
  calls('Calls / s', ({ rate }) => amount(rate)),
  calls('p99', ({ p99Ms }) => (p99Ms === undefined ? '' : milliseconds(p99Ms))),
  calls('Failed / s', ({ errorRate }) => amount(errorRate)),
  calls('Waiting', ({ waiting }) => amount(waiting)),
];

const providerColumns: readonly Column<Row>[] = [
  id,
  condition,
  application,
  hosts,
  {
    title: 'Memory',
    width: '100px',
    isNumber: true,
    cell: ({ figures }) => {
      const total = figures.reduce((sum, { residentBytes = 0 }) => sum + residentBytes, 0);
      return total === 0 ? '' : bytes(total);
    },
  },
  links,
];

/** A column of what hosts tell of calls; empty where none does. */
function calls(title: string, show: (sum: NonNullable<ReturnType<typeof sumOf>>) => string): Column<Row> {
  return {
    title,
    width: '80px',
    isNumber: true,
    cell: ({ figures }) => {
      const sum = sumOf(figures);
      return sum === undefined ? '' : show(sum);
    },
  };
}
