import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { EventRow } from '../../src/model/messages.js';
import { Choice } from '../parts/choice.js';
import { Empty } from '../parts/empty.js';
import { EventList } from '../parts/event-list.js';
import { PageHead } from '../parts/page-head.js';
import { SearchBox } from '../parts/search-box.js';
import { useView } from '../state/store.js';

const kinds = [
  { value: 'changes', label: 'Changes' },
  { value: 'failures', label: 'Failures' },
  { value: 'audit', label: 'Audit' },
  { value: 'all', label: 'All' },
] as const;
type Kind = (typeof kinds)[number]['value'];

/** As many as are drawn; a search finds others. */
const mostDrawn = 300;

export function EventsPage(): JSX.Element {
  const { state } = useView();
  const [search, setSearch] = useState('');
  const [kind, setKind] = useState<Kind>('changes');
  /** While paused: the events as they were then. */
  const [paused, setPaused] = useState<readonly EventRow[] | undefined>(undefined);
  const events = paused ?? state.events;
  const words = search.trim().toLowerCase();
  const found = useMemo(
    () => events.filter((event) => isOf(event, kind) && matches(event, words)).reverse(),
    [events, kind, words],
  );
  const missed = paused === undefined ? 0 : state.events.length - paused.length;
  return (
    <>
      <PageHead title="Events" note={noteOf(found.length, state.eventsLeftOut)}>
        <button
          type="button"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused === undefined ? state.events : undefined)}
        >
          {paused === undefined ? 'Pause' : `Go on${missed > 0 ? `, ${missed} new` : ''}`}
        </button>
        <Choice label="Show" options={kinds} value={kind} onChange={setKind} />
        <SearchBox label="Find events" value={search} onChange={setSearch} />
      </PageHead>
      {found.length === 0 ? (
        <Empty title={words === '' ? 'Nothing has happened yet' : 'No event matches'}>
          Events since the dashboard was started appear here as they come.
        </Empty>
      ) : (
        // A live region would read out every event: who wants to hear them walks through the list.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too.
        <section class="scroll" aria-label="Events, newest first" tabIndex={0}>
          <EventList events={found.slice(0, mostDrawn)} />
        </section>
      )}
    </>
  );
}

function isOf({ name, tone }: EventRow, kind: Kind): boolean {
  switch (kind) {
    case 'changes':
      return name !== 'audit_recorded';
    case 'failures':
      return tone === 'bad';
    case 'audit':
      return name === 'audit_recorded';
    case 'all':
      return true;
  }
}

function matches({ about, name, text }: EventRow, words: string): boolean {
  return words === '' || [text, name, ...about].some((each) => each.toLowerCase().includes(words));
}

function noteOf(count: number, leftOut: number): string {
  const first = `${count.toLocaleString('en')}, newest first`;
  return leftOut === 0 ? first : `${first}; ${leftOut.toLocaleString('en')} came too fast to be shown`;
}
