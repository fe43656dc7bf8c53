import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ConditionBadge } from '../parts/condition.js';
import { Empty } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { SearchBox } from '../parts/search-box.js';
import { type Column, VirtualTable } from '../parts/virtual-table.js';
import { addressOf } from '../route.js';
import { useView } from '../state/store.js';
import type { LinkView } from '../state/workloads.js';
import { WorkloadLink } from './workload-link.js';

export function LinksPage(): JSX.Element {
  const { graph } = useView();
  const [search, setSearch] = useState('');
  const words = search.trim().toLowerCase();
  const rows = graph.links.filter(({ key }) => words === '' || key.toLowerCase().includes(words));
  return (
    <>
      <PageHead title="Links" note={`${rows.length} of ${graph.links.length}`}>
        <SearchBox label="Find links" value={search} onChange={setSearch} />
      </PageHead>
      {rows.length === 0 ? (
        <Empty title={graph.links.length === 0 ? 'There is no link' : 'No link matches'} />
      ) : (
        <VirtualTable label="Links" columns={columns} rows={rows} keyOf={({ key }) => key} />
      )}
    </>
  );
}

const columns: readonly Column<LinkView>[] = [
  { title: 'Source', width: 'minmax(160px, 1fr)', cell: ({ link }) => <WorkloadLink id={link.sourceId} /> },
  { title: 'Target', width: 'minmax(160px, 1fr)', cell: ({ link }) => <WorkloadLink id={link.target} /> },
  {
    title: 'Interfaces',
    width: 'minmax(180px, 1fr)',
    cell: ({ key, link }) => (
      <a href={addressOf('links', key)}>
        {link.witNamespace}:{link.witPackage}/{link.interfaces.join(',')}
      </a>
    ),
  },
  { title: 'Name', width: '110px', cell: ({ link }) => link.name },
  {
    title: 'State',
    width: '120px',
    cell: ({ condition, reason }) => (
      <span title={reason}>
        <ConditionBadge condition={condition} />
      </span>
    ),
  },
];
