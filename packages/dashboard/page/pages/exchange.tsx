import type { JSX } from 'preact';
import { useContext, useId, useState } from 'preact/hooks';
import type { SpanRow } from '../../src/model/traces.js';
import { ApiError, sendRequest } from '../state/api.js';
import { requestOf, type ShownSide, sideOf } from '../state/exchange.js';
import { StoreContext, useView } from '../state/store.js';

/** What went over HTTP, where a host tells that; nothing otherwise. */
export function Exchange({ span }: { readonly span: SpanRow }): JSX.Element | null {
  const store = useContext(StoreContext);
  const { sendsAgain } = useView().state;
  const heading = useId();
  const [note, setNote] = useState('');
  const [request, response] = [sideOf(span, 'request'), sideOf(span, 'response')];
  if (request.headers.length === 0) return null;
  const again = requestOf(span);
  const send = async (): Promise<void> => {
    if (typeof again === 'string') return;
    setNote('Sending…');
    setNote(await sendRequest(store.token, again).catch(sentenceOf));
  };
  return (
    <section aria-labelledby={heading}>
      <header class="log-head">
        <h2 id={heading}>Request and response</h2>
        {sendsAgain ? (
          <button type="button" disabled={typeof again === 'string'} onClick={() => void send()}>
            Send again
          </button>
        ) : null}
      </header>
      <p class="muted-text" role="status">
        {sendsAgain && typeof again === 'string' ? again : note}
      </p>
      <div class="exchange">
        <Side title="Request" side={request} />
        <Side title={`Response ${span.attributes['http.response.status_code'] ?? ''}`} side={response} />
      </div>
    </section>
  );
}

function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : 'It could not be sent';
}

function Side({ side, title }: { readonly side: ShownSide; readonly title: string }): JSX.Element {
  const { body, headers, size } = side;
  return (
    <div>
      <h3>{title}</h3>
      <dl class="attributes">
        {headers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {size === undefined ? null : (
        <>
          <p class="muted-text">
            {`${size.toLocaleString('en')} bytes`}
            {body === undefined ? ', no text' : ''}
          </p>
          {body === undefined ? null : <pre class="body">{body}</pre>}
        </>
      )}
    </div>
  );
}
