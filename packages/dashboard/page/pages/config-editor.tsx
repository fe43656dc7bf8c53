import type { StringMap } from '@wasmlattice/control-interface/types';
import type { JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { Review } from '../parts/review.js';
import { readConfig, sendConfigEdit } from '../state/api.js';
import { diffConfigs, isHiddenName } from '../state/diffs.js';
import { StoreContext, useView } from '../state/store.js';

interface Entry {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

/** What was read of the config: nothing yet, its values, that there is none, or why not. */
type Reading =
  | { readonly state: 'reading' }
  | { readonly state: 'read'; readonly values: StringMap | undefined }
  | { readonly state: 'failed'; readonly message: string };

interface ConfigEditorProps {
  readonly name: string;
  /** Who uses it. */
  readonly users: readonly string[];
}

/** The values of one config; changes are shown before they are written. */
export function ConfigEditor({ name, users }: ConfigEditorProps): JSX.Element {
  const store = useContext(StoreContext);
  const { isReadOnly } = useView().state;
  const [reading, setReading] = useState<Reading>({ state: 'reading' });
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [shown, setShown] = useState<ReadonlySet<number>>(new Set());
  const [review, setReview] = useState<'store' | 'delete' | undefined>(undefined);
  const [said, setSaid] = useState('');

  const read = async (): Promise<void> => {
    try {
      const values = await readConfig(store.token, name);
      setReading({ state: 'read', values });
      setEntries(entriesOf(values));
    } catch (error) {
      setReading({ state: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
  useEffect(() => void read(), [name]);

  if (reading.state === 'reading') return <p class="muted-text">Reading…</p>;
  if (reading.state === 'failed') return <p class="trouble">{reading.message}</p>;
  const before = reading.values;
  const after = Object.fromEntries(
    entries.filter((each) => each.name !== '').map((each) => [each.name, each.value]),
  );
  const doubled = entries.find((each, at) => entries.findIndex((other) => other.name === each.name) !== at);
  const set = (id: number, change: Partial<Entry>): void =>
    setEntries(entries.map((each) => (each.id === id ? { ...each, ...change } : each)));
  const write = async (values: StringMap | undefined): Promise<void> => {
    setSaid(await sendConfigEdit(store.token, { name, before, after: values }));
    setReview(undefined);
    await read();
  };

  return (
    <section class="editor" aria-labelledby="config-name">
      <h2 id="config-name">{name}</h2>
      <p class="muted-text">{users.length === 0 ? 'Nothing uses it' : `Used by ${users.join(', ')}`}</p>
      {before === undefined ? <p>There is no config of this name yet.</p> : null}
      <ul class="values">
        {entries.map(({ id, name: entry, value }) => (
          <li key={id}>
            <input
              aria-label="Name"
              value={entry}
              readOnly={isReadOnly}
              onInput={(event) => set(id, { name: event.currentTarget.value })}
            />
            <input
              aria-label={`Value of ${entry}`}
              // No password field: the browser would offer to keep it.
              class={isHiddenName(entry) && !shown.has(id) ? 'hidden-value' : undefined}
              autocomplete="off"
              value={value}
              readOnly={isReadOnly}
              onInput={(event) => set(id, { value: event.currentTarget.value })}
            />
            {isHiddenName(entry) ? (
              <button
                type="button"
                class="quiet"
                aria-pressed={shown.has(id)}
                aria-label={`Show ${entry}`}
                onClick={() => setShown(toggled(shown, id))}
              >
                {shown.has(id) ? 'Hide' : 'Show'}
              </button>
            ) : null}
            {isReadOnly ? null : (
              <button
                type="button"
                class="quiet"
                aria-label={`Remove ${entry}`}
                onClick={() => setEntries(entries.filter((each) => each.id !== id))}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ul>
      {doubled === undefined ? null : <p class="trouble">{doubled.name} stands there twice</p>}
      {isReadOnly ? null : (
        <div class="buttons">
          <button
            type="button"
            onClick={() => setEntries([...entries, { id: nextId(), name: '', value: '' }])}
          >
            Add a value
          </button>
          <span class="gap" />
          {before === undefined ? null : (
            <button type="button" class="danger" onClick={() => setReview('delete')}>
              Delete…
            </button>
          )}
          <button
            type="button"
            class="primary"
            disabled={doubled !== undefined}
            onClick={() => setReview('store')}
          >
            Review changes…
          </button>
        </div>
      )}
      <p role="status" class="said">
        {said}
      </p>
      {review === undefined ? null : (
        <Review
          title={review === 'store' ? `Store config ${name}` : `Delete config ${name}`}
          lines={diffConfigs(before, review === 'store' ? after : undefined)}
          action={review === 'store' ? 'Store' : 'Delete'}
          isDangerous={review === 'delete'}
          onWrite={() => write(review === 'store' ? after : undefined)}
          onClose={() => setReview(undefined)}
        />
      )}
    </section>
  );
}

let lastId = 0;

function nextId(): number {
  lastId += 1;
  return lastId;
}

function entriesOf(values: StringMap | undefined): readonly Entry[] {
  return Object.entries(values ?? {})
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, value]) => ({ id: nextId(), name, value }));
}

function toggled(ids: ReadonlySet<number>, id: number): ReadonlySet<number> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}
