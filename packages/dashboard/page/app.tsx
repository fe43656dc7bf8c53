import type { JSX } from 'preact';
import { Closed } from './closed.js';
import { MapPage } from './map/map-page.js';
import { ConfigsPage } from './pages/configs-page.js';
import { EventsPage } from './pages/events-page.js';
import { HostsPage } from './pages/hosts-page.js';
import { LinksPage } from './pages/links-page.js';
import { TracesPage } from './pages/traces-page.js';
import { WorkloadPage } from './pages/workload-page.js';
import { WorkloadsPage } from './pages/workloads-page.js';
import { addressOf, type PageName, type Route, useRoute } from './route.js';
import { useView, type View } from './state/store.js';

const entries: readonly { readonly page: PageName; readonly title: string }[] = [
  { page: 'map', title: 'Map' },
  { page: 'hosts', title: 'Hosts' },
  { page: 'components', title: 'Components' },
  { page: 'providers', title: 'Providers' },
  { page: 'links', title: 'Links' },
  { page: 'configs', title: 'Configs' },
  { page: 'events', title: 'Events' },
  { page: 'traces', title: 'Traces' },
];

export function App(): JSX.Element {
  const view = useView();
  const route = useRoute();
  if (view.stream === 'refused') return <Closed />;
  return (
    <div class="frame">
      <button
        type="button"
        class="skip"
        onClick={() => document.querySelector<HTMLElement>('main h1')?.focus()}
      >
        Skip to content
      </button>
      <nav class="side" aria-label="Pages">
        <p class="brand">
          <span class="brand-mark" aria-hidden="true" />
          wasmlattice
        </p>
        <ul>
          {entries.map(({ page, title }) => (
            <li key={page}>
              <a href={addressOf(page)} aria-current={route.page === page ? 'page' : undefined}>
                {title}
                <span class="count">{countOf(page, view)}</span>
              </a>
            </li>
          ))}
        </ul>
        <Connection view={view} />
      </nav>
      <main id="content">
        {view.stream === 'opening' ? <p class="opening">Asking the hosts…</p> : pageOf(route)}
      </main>
    </div>
  );
}

function pageOf({ page, subject }: Route): JSX.Element {
  switch (page) {
    case 'map':
      return <MapPage />;
    case 'hosts':
      return <HostsPage />;
    case 'components':
    case 'providers':
      return subject === undefined ? (
        <WorkloadsPage key={page} kind={page === 'components' ? 'component' : 'provider'} />
      ) : (
        <WorkloadPage key={subject} id={subject} />
      );
    case 'links':
      return <LinksPage subject={subject} />;
    case 'configs':
      return <ConfigsPage name={subject} />;
    case 'events':
      return <EventsPage />;
    case 'traces':
      return <TracesPage id={subject} />;
  }
}

function countOf(page: PageName, { state, graph }: View): string {
  const workloads = (kind: string): number =>
    [...graph.workloads.values()].filter((each) => each.kind === kind).length;
  const counts: Partial<Record<PageName, number>> = {
    hosts: state.tables.hosts.size,
    components: workloads('component'),
    providers: workloads('provider'),
    links: state.tables.links.size,
  };
  return counts[page]?.toLocaleString('en') ?? '';
}

/** Says where the page stands; who can't see it hears when that changes. */
function Connection({ view }: { readonly view: View }): JSX.Element {
  const { stream, state } = view;
  const [mood, words] =
    stream === 'lost'
      ? ['failed', 'The dashboard does not answer']
      : state.connection === 'disconnected'
        ? ['failed', 'NATS is not reached']
        : stream === 'opening'
          ? ['pending', 'Connecting']
          : ['good', 'Live'];
  return (
    <div class="connection">
      <p role="status">
        <span class={`dot ${mood}`} aria-hidden="true" />
        {words}
      </p>
      <p class="muted-text">
        {state.lattice === '' ? null : <>Lattice {state.lattice}</>}
        {state.lattice !== '' && state.isReadOnly ? ', read-only' : null}
      </p>
    </div>
  );
}
