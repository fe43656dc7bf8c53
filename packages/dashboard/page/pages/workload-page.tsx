import type { JSX } from 'preact';
import type { ComponentRow, ProviderRow } from '../../src/model/lattice-rows.js';
import { ConditionBadge } from '../parts/condition.js';
import { Empty } from '../parts/empty.js';
import { EventList } from '../parts/event-list.js';
import { PageHead } from '../parts/page-head.js';
import { addressOf } from '../route.js';
import { useView } from '../state/store.js';
import type { Workload } from '../state/workloads.js';
import { Figures } from './figures.js';
import { LinkList } from './link-list.js';
import { Log } from './log.js';

/** As many events as fit on a page about something else. */
const mostEvents = 20;

/** One component or provider: where it runs, what it is linked with, what happened to it. */
export function WorkloadPage({ id }: { readonly id: string }): JSX.Element {
  const { graph, state } = useView();
  const workload = graph.workloads.get(id);
  if (workload === undefined) {
    return (
      <>
        <PageHead title={id} />
        <Empty title="It runs on no host">It appears here as soon as it does.</Empty>
      </>
    );
  }
  const events = state.events.filter(({ about }) => about.includes(id)).slice(-mostEvents);
  return (
    <>
      <PageHead title={id} note={noteOf(workload)}>
        <ConditionBadge condition={workload.condition} />
      </PageHead>
      <div class="sections">
        {workload.troubles.map((trouble) => (
          <p key={trouble} class="trouble">
            {trouble}
          </p>
        ))}
        <Figures id={id} />
        <section aria-labelledby="runs-on">
          <h2 id="runs-on">Runs on</h2>
          <table>
            <thead>
              <tr>
                <th scope="col">Host</th>
                <th scope="col">Image</th>
                <th scope="col">Configs</th>
                {workload.kind === 'component' ? (
                  <th scope="col" class="number">
                    At once
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {[...workload.components, ...workload.providers].map((row) => (
                <tr key={row.hostId}>
                  <td>{state.tables.hosts.get(row.hostId)?.name ?? row.hostId}</td>
                  <td class="id">{row.imageRef}</td>
                  <td>
                    <ConfigNames row={row} />
                  </td>
                  {'maxInstances' in row ? (
                    <td class="number">{row.maxInstances.toLocaleString('en')}</td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        {workload.providers.map((row) => (
          <Crashes key={row.hostId} row={row} />
        ))}
        <LinkList title="Calls" links={workload.calls} />
        <LinkList title="Called by" links={workload.calledBy} />
        <Log id={id} />
        <section aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          {events.length === 0 ? (
            <p class="muted-text">Nothing since this dashboard was started.</p>
          ) : (
            <EventList events={[...events].reverse()} />
          )}
        </section>
      </div>
    </>
  );
}

function noteOf({ application, kind, name }: Workload): string {
  return [kind, name, application && `of application ${application}`].filter(Boolean).join(', ');
}

function ConfigNames({ row }: { readonly row: ComponentRow | ProviderRow }): JSX.Element {
  if (row.config === undefined) return <span class="muted-text">not told</span>;
  if (row.config.length === 0) return <span class="muted-text">none</span>;
  return (
    <span class="names">
      {row.config.map((name) =>
        name.startsWith('SECRET') ? (
          <span key={name} class="badge plain">
            {name}
          </span>
        ) : (
          <a key={name} href={addressOf('configs', name)}>
            {name}
          </a>
        ),
      )}
    </span>
  );
}

function Crashes({ row }: { readonly row: ProviderRow }): JSX.Element | null {
  const { crashes } = row;
  if (crashes === undefined) return null;
  return (
    <section aria-label="Crashes">
      <h2>{crashes.isLoop ? 'Crashes again and again' : 'Crashed lately'}</h2>
      <p>
        {crashes.count} in a row: {crashes.reason}
      </p>
      {crashes.lastLines.length === 0 ? null : <pre>{crashes.lastLines.join('\n')}</pre>}
    </section>
  );
}
