import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

interface ChartProps {
  readonly title: string;
  /** What it shows right now, in words: who can't see the line reads this. */
  readonly now: string;
  /** Seconds since 1970, and the value then; `null` for none. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  readonly unit: string;
  readonly tone: 'accent' | 'failed' | 'teal';
}

const height = 132;

/** A line over time. */
export function Chart({ title, now, times, values, unit, tone }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(element, unit, tone), [[], []], element);
    };
    draw();
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) plot.current?.setSize({ width: entry.contentRect.width, height });
    });
    observer.observe(element);
    // Colours are drawn into the picture, so it is drawn anew when they change.
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      dark.removeEventListener('change', draw);
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [unit, tone]);
  useEffect(() => plot.current?.setData([[...times], [...values]]));
  return (
    <figure class="chart">
      <figcaption>
        <span class="muted-text">{title}</span>
        <strong>{now}</strong>
      </figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}

function optionsOf(element: HTMLElement, unit: string, tone: ChartProps['tone']): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour('soft'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most) * 1.1] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 80,
        values: (_, splits) => splits.map((each) => clock.format(each * 1_000)),
      },
      { ...axis, size: 54, values: (_, splits) => splits.map((each) => `${compact.format(each)}${unit}`) },
    ],
    series: [
      {},
      {
        stroke: colour(tone),
        width: 1.5,
        fill: `${colour(tone)}22`,
        points: { show: false },
        ...(uPlot.paths.stepped !== undefined && { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
    ],
  };
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
