import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { HostFiguresRow, HostRow } from '../../src/model/lattice-rows.js';
import { Empty } from '../parts/empty.js';
import { amount, bytes } from '../parts/numbers.js';
import { PageHead } from '../parts/page-head.js';
import { Since } from '../parts/since.js';
import { useView } from '../state/store.js';
import { compareIds } from '../state/workloads.js';

/** Labels that every host has; those somebody gave say more. */
const ownLabels = /^hostcore\./;

export function HostsPage(): JSX.Element {
  const { tables } = useView().state;
  const hosts = useMemo(
    () => [...tables.hosts.values()].sort((one, other) => compareIds(one.name, other.name)),
    [tables.hosts],
  );
  const counts = useMemo(() => {
    const byHost = new Map<string, { components: number; providers: number }>();
    const of = (hostId: string) => {
      const known = byHost.get(hostId) ?? { components: 0, providers: 0 };
      byHost.set(hostId, known);
      return known;
    };
    for (const { hostId } of tables.components.values()) of(hostId).components += 1;
    for (const { hostId } of tables.providers.values()) of(hostId).providers += 1;
    return byHost;
  }, [tables.components, tables.providers]);
  return (
    <>
      <PageHead title="Hosts" />
      {hosts.length === 0 ? (
        <Empty title="No host answers">
          Start one with <code>wasmlattice up</code>; it appears here by itself.
        </Empty>
      ) : (
        <ul class="cards">
          {hosts.map((host) => (
            <HostCard
              key={host.id}
              host={host}
              figures={tables.hostFigures.get(host.id)}
              {...(counts.get(host.id) ?? { components: 0, providers: 0 })}
            />
          ))}
        </ul>
      )}
    </>
  );
}

interface HostCardProps {
  readonly host: HostRow;
  readonly figures: HostFiguresRow | undefined;
  readonly components: number;
  readonly providers: number;
}

function HostCard({ host, figures, components, providers }: HostCardProps): JSX.Element {
  const { id, labels, name, presence, startedAt, version } = host;
  const given = Object.entries(labels).filter(([key]) => !ownLabels.test(key));
  const machine = [labels['hostcore.os'], labels['hostcore.arch']].filter(Boolean).join(', ');
  return (
    <li class="card">
      <h2>
        <span class={`dot ${presence === 'here' ? 'good' : 'missing'}`} aria-hidden="true" />
        {name}
        {presence === 'silent' ? <span class="badge missing">silent</span> : null}
      </h2>
      <p class="id">{id}</p>
      <dl class="facts">
        <dt>Components</dt>
        <dd>{components.toLocaleString('en')}</dd>
        <dt>Providers</dt>
        <dd>{providers.toLocaleString('en')}</dd>
        <dt>Up for</dt>
        <dd>
          <Since time={startedAt} />
        </dd>
        {figures === undefined ? null : (
          <>
            <dt>Memory</dt>
            <dd>{bytes(figures.residentBytes)}</dd>
            <dt>Busy cores</dt>
            <dd>{amount(figures.cores)}</dd>
          </>
        )}
        <dt>Version</dt>
        <dd>{version}</dd>
        {machine === '' ? null : (
          <>
            <dt>Machine</dt>
            <dd>{machine}</dd>
          </>
        )}
      </dl>
      {given.length === 0 ? null : (
        <ul class="labels" aria-label="Labels">
          {given.map(([key, value]) => (
            <li key={key}>
              {key}={value}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
