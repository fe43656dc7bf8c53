import type { JSX } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';
import type { TraceRow } from '../../src/model/traces.js';
import { clockTime } from '../parts/clock-time.js';
import { Empty } from '../parts/empty.js';
import { milliseconds } from '../parts/numbers.js';
import { PageHead } from '../parts/page-head.js';
import { addressOf } from '../route.js';
import { otherAttributes } from '../state/exchange.js';
import { useView } from '../state/store.js';
import { ownerOf, type Step, titleOf, type Waterfall, waterfallOf } from '../state/waterfall.js';
import { Exchange } from './exchange.js';

interface TraceViewProps {
  readonly id: string;
  readonly trace: TraceRow | undefined;
}

/** One trace as a waterfall, and what was logged within it. */
export function TraceView({ id, trace }: TraceViewProps): JSX.Element {
  const waterfall = useMemo(() => waterfallOf(trace ?? { spans: [] }), [trace]);
  const [first] = waterfall.steps;
  const title = first === undefined ? 'Trace' : titleOf(first.span);
  const note = first === undefined ? id : `${milliseconds(waterfall.durationMs)}, trace ${id}`;
  return (
    <>
      <PageHead title={title} note={note}>
        <a class="button" href={addressOf('traces')}>
          All traces
        </a>
      </PageHead>
      {trace === undefined || first === undefined ? (
        <Empty title="This trace is not here">The last ones are kept while somebody looks at them.</Empty>
      ) : (
        <div class="sections">
          <Exchange span={first.span} />
          <Steps waterfall={waterfall} isCut={trace.isCut} />
          <Lines trace={trace} />
        </div>
      )}
    </>
  );
}

function Steps({
  waterfall,
  isCut,
}: {
  readonly waterfall: Waterfall;
  readonly isCut: boolean;
}): JSX.Element {
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>Steps</h2>
      {isCut ? <p class="muted-text">There was more of it than is kept.</p> : null}
      <table class="waterfall">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Where</th>
            <th scope="col" class="number">
              Begins
            </th>
            <th scope="col" class="number">
              Takes
            </th>
            <th scope="col" class="track-head">
              <span class="sr">When</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {waterfall.steps.map((step) => (
            <StepRow key={step.span.id} step={step} wholeMs={waterfall.durationMs} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function StepRow({ step, wholeMs }: { readonly step: Step; readonly wholeMs: number }): JSX.Element {
  const { afterMs, depth, durationMs, span } = step;
  const { hosts } = useView().state.tables;
  const [isOpen, setOpen] = useState(span.error !== undefined);
  const details = useId();
  const share = (ms: number): number => (wholeMs === 0 ? 0 : (100 * ms) / wholeMs);
  return (
    <>
      <tr>
        <th scope="row" style={{ paddingLeft: `${Math.min(depth, 12) * 16}px` }}>
          {depth === 0 ? null : <span class="sr">{`Level ${depth + 1}: `}</span>}
          <button
            type="button"
            class="link"
            aria-expanded={isOpen}
            aria-controls={details}
            onClick={() => setOpen(!isOpen)}
          >
            {titleOf(span)}
          </button>
          {span.error === undefined ? null : <span class="badge failed">failed</span>}
        </th>
        <td>
          {ownerOf(span)}
          <span class="muted-text"> {hosts.get(span.hostId)?.name ?? span.hostId.slice(0, 8)}</span>
        </td>
        <td class="number">{milliseconds(afterMs)}</td>
        <td class="number">{milliseconds(durationMs)}</td>
        <td class="track" aria-hidden="true">
          <span
            class={`bar ${span.error === undefined ? '' : 'failed'}`}
            style={{ marginLeft: `${share(afterMs)}%`, width: `max(2px, ${share(durationMs)}%)` }}
          />
        </td>
      </tr>
      <tr id={details} hidden={!isOpen} class="step-details">
        <td colSpan={5}>
          {span.error === undefined ? null : <pre class="trouble">{span.stack ?? span.error}</pre>}
          <dl class="attributes">
            {otherAttributes(span).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{String(value)}</dd>
              </div>
            ))}
          </dl>
        </td>
      </tr>
    </>
  );
}

function Lines({ trace }: { readonly trace: TraceRow }): JSX.Element {
  const heading = useId();
  const lines = [...trace.lines].sort((one, other) => one.time - other.time);
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>Log</h2>
      {lines.length === 0 ? (
        <p class="muted-text">Nothing was logged within it.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too.
        <ol class="log" tabIndex={0} aria-labelledby={heading}>
          {lines.map(({ level, message, time, workload }, at) => (
            <li key={at} class={`log-line ${level}`}>
              <time dateTime={new Date(time).toISOString()}>{clockTime(time)}</time>
              <span class="log-level">{level}</span>
              <span class="log-message">{message}</span>
              <span class="muted-text">{workload}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
