import type { JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { Chart } from '../parts/chart.js';
import { amount, milliseconds } from '../parts/numbers.js';
import { sumOf } from '../state/history.js';
import { StoreContext, useView } from '../state/store.js';

const redrawMs = 2_000;

/** What a component does: how much, how fast, with how many failures. */
export function Figures({ id }: { readonly id: string }): JSX.Element | null {
  const { history } = useContext(StoreContext);
  const rows = useView().figures.get(id) ?? [];
  const [now, setNow] = useState(Date.now() / 1_000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1_000), redrawMs);
    return () => clearInterval(timer);
  }, []);
  const sum = sumOf(rows);
  if (sum === undefined) return null;
  // The last sample holds until now: the server tells changes alone.
  const samples = [...history.of(id), { ...sum, time: now }];
  const times = samples.map(({ time }) => time);
  const memory = rows.reduce((total, { residentBytes = 0 }) => total + residentBytes, 0);
  return (
    <section aria-labelledby="figures">
      <h2 id="figures">What it does</h2>
      <div class="charts">
        <Chart
          title="Invocations"
          now={`${amount(sum.rate)} / s`}
          times={times}
          values={samples.map(({ rate }) => rate)}
          unit=""
          tone="accent"
        />
        <Chart
          title="99 % end within"
          now={sum.p99Ms === undefined ? 'none ended' : milliseconds(sum.p99Ms)}
          times={times}
          values={samples.map(({ p99Ms }) => p99Ms ?? null)}
          unit=" ms"
          tone="teal"
        />
        <Chart
          title="Failed"
          now={`${amount(sum.errorRate)} / s`}
          times={times}
          values={samples.map(({ errorRate }) => errorRate)}
          unit=""
          tone="failed"
        />
        <Chart
          title="Run, wait"
          now={`${sum.running}, ${sum.waiting}`}
          times={times}
          values={samples.map(({ running, waiting }) => running + waiting)}
          unit=""
          tone="accent"
        />
      </div>
      {memory === 0 ? null : <p class="muted-text">{amount(memory / 1e6)} MB of memory of its own</p>}
    </section>
  );
}
