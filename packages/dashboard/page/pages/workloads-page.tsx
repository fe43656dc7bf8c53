import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { ConditionBadge } from '../parts/condition.js';
import { Empty } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { SearchBox } from '../parts/search-box.js';
import { type Column, VirtualTable } from '../parts/virtual-table.js';
import { addressOf } from '../route.js';
import { useView } from '../state/store.js';
import type { Workload } from '../state/workloads.js';

interface WorkloadsPageProps {
  readonly kind: 'component' | 'provider';
}

/** All components, or all providers. */
export function WorkloadsPage({ kind }: WorkloadsPageProps): JSX.Element {
  const { graph } = useView();
  const [search, setSearch] = useState('');
  const [onlyTroubled, setOnlyTroubled] = useState(false);
  const all = useMemo(
    () => [...graph.workloads.values()].filter((each) => each.kind === kind),
    [graph, kind],
  );
  const troubled = all.filter(({ condition }) => condition !== 'good').length;
  const words = search.trim().toLowerCase();
  const rows = all.filter(
    (each) => matches(each, words) && (!onlyTroubled || troubled === 0 || each.condition !== 'good'),
  );
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

const id: Column<Workload> = {
  title: 'Id',
  width: 'minmax(200px, 2fr)',
  cell: (each) => (
    <a href={addressOf(each.kind === 'component' ? 'components' : 'providers', each.id)}>{each.id}</a>
  ),
};

const condition: Column<Workload> = {
  title: 'State',
  width: '112px',
  cell: (each) => <ConditionBadge condition={each.condition} />,
};

const application: Column<Workload> = {
  title: 'Application',
  width: 'minmax(120px, 1fr)',
  cell: (each) => each.application ?? <span class="muted-text">none</span>,
};

const links: Column<Workload> = {
  title: 'Links',
  width: '80px',
  isNumber: true,
  cell: ({ calledBy, calls }) => calls.length + calledBy.length,
};

const hosts: Column<Workload> = {
  title: 'Hosts',
  width: '80px',
  isNumber: true,
  cell: ({ components, providers }) => components.length + providers.length,
};

const componentColumns: readonly Column<Workload>[] = [
  id,
  condition,
  application,
  hosts,
  {
    title: 'At once',
    width: '90px',
    isNumber: true,
    cell: ({ components }) =>
      components.reduce((sum, { maxInstances }) => sum + maxInstances, 0).toLocaleString('en'),
  },
  links,
];

const providerColumns: readonly Column<Workload>[] = [id, condition, application, hosts, links];
