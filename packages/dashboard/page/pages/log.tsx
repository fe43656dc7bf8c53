import type { JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { LogLineRow, LogMessage } from '../../src/model/log-messages.js';
import { clockTime } from '../parts/clock-time.js';
import { StoreContext, useView } from '../state/store.js';
import { readMessages } from '../state/stream.js';

/** The oldest lines go. */
const mostLines = 500;

/** What a component or provider logs from now on, once somebody asks for it. */
export function Log({ id }: { readonly id: string }): JSX.Element {
  const { token } = useContext(StoreContext);
  const { hosts } = useView().state.tables;
  const [isFollowed, setFollowed] = useState(false);
  const [lines, setLines] = useState<readonly LogLineRow[]>([]);
  const [note, setNote] = useState('');

  useEffect(() => {
    if (!isFollowed) return;
    const leaving = new AbortController();
    const follow = async (): Promise<void> => {
      const path = `/api/logs/${encodeURIComponent(id)}`;
      for await (const message of readMessages<LogMessage>(token, path, leaving.signal)) {
        if (message.kind === 'refusal') setNote(message.message);
        else setLines((before) => [...before, ...message.lines].slice(-mostLines));
      }
    };
    follow()
      .catch(() => {})
      .finally(() => setFollowed(false));
    return () => leaving.abort();
  }, [id, isFollowed]);

  return (
    <section aria-labelledby="log">
      <header class="log-head">
        <h2 id="log">Log</h2>
        <button type="button" aria-pressed={isFollowed} onClick={() => setFollowed(!isFollowed)}>
          {isFollowed ? 'Stop' : 'Follow'}
        </button>
      </header>
      {note === '' ? null : <p class="muted-text">{note}</p>}
      {lines.length === 0 ? (
        <p class="muted-text">
          {isFollowed ? 'Nothing logged yet.' : 'Hosts tell what is logged while somebody follows it.'}
        </p>
      ) : (
        <ol class="log">
          {[...lines].reverse().map(({ time, level, hostId, message }, at) => (
            <li key={lines.length - at} class={`log-line ${level}`}>
              <time dateTime={new Date(time).toISOString()}>{clockTime(time)}</time>
              <span class="log-level">{level}</span>
              <span class="log-message">{message}</span>
              <span class="muted-text">{hosts.get(hostId)?.name ?? hostId.slice(0, 8)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
