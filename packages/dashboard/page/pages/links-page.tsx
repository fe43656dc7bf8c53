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
import { LinkEditor } from './link-editor.js';
import { WorkloadLink } from './workload-link.js';

interface LinksPageProps {
  /** The key of the link that is looked at, or `new`. */
  readonly subject: string | undefined;
}

export function LinksPage({ subject }: LinksPageProps): JSX.Element {
  const { graph, state } = useView();
  const [search, setSearch] = useState('');
  const words = search.trim().toLowerCase();
  const rows = graph.links.filter(({ key }) => words === '' || key.toLowerCase().includes(words));
  if (subject !== undefined) return <OneLink key={subject} subject={subject} />;
  return (
    <>
      <PageHead title="Links" note={`${rows.length} of ${graph.links.length}`}>
        {state.isReadOnly ? null : (
          <a class="button" href={addressOf('links', 'new')}>
            New link
          </a>
        )}
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

function OneLink({ subject }: { readonly subject: string }): JSX.Element {
  const view = useView().graph.links.find(({ key }) => key === subject);
  return (
    <>
      <PageHead title="Link" />
      {view === undefined && subject !== 'new' ? (
        <Empty title="This link is gone">
          <a href={addressOf('links')}>All links</a>
        </Empty>
      ) : (
        <LinkEditor view={view} />
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
