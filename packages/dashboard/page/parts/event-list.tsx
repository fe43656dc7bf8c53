import type { JSX } from 'preact';
import type { EventRow } from '../../src/model/messages.js';
import { useView } from '../state/store.js';

/** Events, a line each. */
export function EventList({ events }: { readonly events: readonly EventRow[] }): JSX.Element {
  const { hosts } = useView().state.tables;
  return (
    <ol class="events">
      {events.map(({ id, time, hostId, name, tone, text }) => (
        <li key={id} class="event">
          <time dateTime={time}>{clock(time)}</time>
          <span class={`dot ${tone === 'bad' ? 'failed' : tone}`} aria-hidden="true" />
          <span class="event-text">
            {tone === 'bad' ? <span class="sr">failure: </span> : null}
            {text}
          </span>
          <span class="muted-text">{hosts.get(hostId)?.name ?? hostId.slice(0, 8)}</span>
          <span class="muted-text id">{name}</span>
        </li>
      ))}
    </ol>
  );
}

const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

function clock(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : format.format(date);
}
