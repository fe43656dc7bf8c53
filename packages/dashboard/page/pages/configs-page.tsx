import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Empty } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { SearchBox } from '../parts/search-box.js';
import { addressOf } from '../route.js';
import { configUses, isSecretReference } from '../state/config-uses.js';
import { useView } from '../state/store.js';
import { ConfigEditor } from './config-editor.js';

interface ConfigsPageProps {
  readonly name: string | undefined;
}

/** The configs that something uses, as the control interface lists no others; any other is opened by its name. */
export function ConfigsPage({ name }: ConfigsPageProps): JSX.Element {
  const { tables } = useView().state;
  const [search, setSearch] = useState('');
  const uses = useMemo(() => configUses(tables), [tables]);
  const words = search.trim().toLowerCase();
  const found = [...uses].filter(([each]) => each.toLowerCase().includes(words));
  const other = search.trim();
  const canOpen = other !== '' && !uses.has(other) && !isSecretReference(other) && /^[\w.-]+$/.test(other);
  return (
    <>
      <PageHead title="Configs" note="Those that components, providers and links use">
        <SearchBox label="Find or name a config" value={search} onChange={setSearch} />
      </PageHead>
      <div class="two">
        <nav class="list" aria-label="Configs">
          <ul>
            {found.map(([each, users]) => (
              <li key={each}>
                <a href={addressOf('configs', each)} aria-current={each === name ? 'true' : undefined}>
                  {each}
                </a>
                <span class="muted-text">{users.length === 1 ? users[0] : `${users.length} use it`}</span>
              </li>
            ))}
            {canOpen ? (
              <li>
                <a href={addressOf('configs', other)}>Open {other}</a>
                <span class="muted-text">nothing uses it</span>
              </li>
            ) : null}
            {found.length === 0 && !canOpen ? (
              <li class="muted-text">{uses.size === 0 ? 'Nothing uses a config' : 'No config matches'}</li>
            ) : null}
          </ul>
        </nav>
        {name === undefined ? (
          <Empty title="Choose a config">
            Its values are shown here, and what changes before it is written.
          </Empty>
        ) : (
          <ConfigEditor key={name} name={name} users={uses.get(name) ?? []} />
        )}
      </div>
    </>
  );
}
