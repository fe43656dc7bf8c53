import { formatUptime } from '@wasmlattice/control-interface';
import { renderTable } from '../output/table.js';
import type { Sample } from './samples.js';

/** A sample as tables of hosts, components and providers. */
export function renderSample({ hosts, components, providers }: Sample): string {
  const severalHosts = hosts.length > 1;
  const onHost = (host: string): string[] => (severalHosts ? [host] : []);
  return [
    renderTable(
      ['HOST', 'UP', 'CPU', 'MEMORY', 'THREADS', 'REFUSED'],
      hosts.map(({ name, uptimeSeconds, cores, residentBytes, servingThreads, refused }) => [
        name,
        formatUptime(uptimeSeconds),
        renderCores(cores),
        renderBytes(residentBytes),
        String(servingThreads),
        String(refused),
      ]),
    ),
    '\n',
    renderTable(
      [
        'COMPONENT',
        ...onHost('HOST'),
        'RATE',
        'FAILED',
        'TOTAL',
        'ERRORS',
        'RUN',
        'WAIT',
        'P50',
        'P99',
        'CPU',
        'MEMORY',
      ],
      components.map((row) => [
        row.id,
        ...onHost(row.host),
        row.rate === undefined ? '-' : `${renderNumber(row.rate)}/s`,
        `${renderNumber(row.failedShare * 100)}%`,
        String(row.invocations),
        String(row.errors),
        `${row.running}/${row.maxInstances}`,
        String(row.waiting),
        renderMs(row.p50Ms),
        renderMs(row.p99Ms),
        renderCores(row.cores),
        renderBytes(row.residentBytes),
      ]),
    ),
    '\n',
    renderTable(
      ['PROVIDER', ...onHost('HOST'), 'STATE', 'CRASHES', 'CPU', 'MEMORY', 'REASON'],
      providers.map((row) => [
        row.id,
        ...onHost(row.host),
        row.state,
        String(row.crashes),
        renderCores(row.cores),
        renderBytes(row.residentBytes),
        row.reason ?? '',
      ]),
    ),
  ].join('');
}

function renderCores(cores: number | undefined): string {
  return cores === undefined ? '-' : `${Math.round(cores * 100)}%`;
}

function renderMs(ms: number | undefined): string {
  if (ms === undefined) return '-';
  return ms >= 1_000 ? `${renderNumber(ms / 1_000)} s` : `${renderNumber(ms)} ms`;
}

function renderBytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : `${Math.round(bytes / 1e6)} MB`;
}

/** Two digits that count, as far as there are any. */
function renderNumber(value: number): string {
  if (value >= 10 || value === 0) return String(Math.round(value));
  return String(Number(value.toPrecision(2)));
}
