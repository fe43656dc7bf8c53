import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Empty } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { SearchBox } from '../parts/search-box.js';
import { addressOf } from '../route.js';
import { configUses } from '../state/config-uses.js';
import { useView } from '../state/store.js';

interface ConfigsPageProps {
  readonly name: string | undefined;
}

/** The configs that something uses: the control interface lists no others. */
export function ConfigsPage({ name }: ConfigsPageProps): JSX.Element {
  const { tables } = useView().state;
  const [search, setSearch] = useState('');
  const uses = useMemo(() => configUses(tables), [tables]);
  const words = search.trim().toLowerCase();
  const found = [...uses].filter(([each]) => each.toLowerCase().includes(words));
  return (
    <>
      <PageHead title="Configs" note="Those that components, providers and links use">
        <SearchBox label="Find configs" value={search} onChange={setSearch} />
      </PageHead>
      {found.length === 0 ? (
        <Empty title={uses.size === 0 ? 'Nothing uses a config' : 'No config matches'} />
      ) : (
        <ul class="list">
          {found.map(([each, users]) => (
            <li key={each}>
              <a href={addressOf('configs', each)} aria-current={each === name ? 'true' : undefined}>
                {each}
              </a>
              <span class="muted-text">used by {users.join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
