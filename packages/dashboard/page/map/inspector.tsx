import type { JSX } from 'preact';
import { ConditionBadge } from '../parts/condition.js';
import { KindMark } from '../parts/kind-mark.js';
import { addressOf } from '../route.js';
import type { LinkView, Workload } from '../state/workloads.js';

interface InspectorProps {
  readonly workload: Workload;
  readonly onClose: () => void;
  readonly onSelect: (id: string) => void;
}

/** What the map tells of the node that is looked at. */
export function Inspector({ workload, onClose, onSelect }: InspectorProps): JSX.Element {
  const { application, calledBy, calls, components, id, kind, providers, troubles } = workload;
  const hosts = components.length + providers.length;
  const limit = components.reduce((sum, { maxInstances }) => sum + maxInstances, 0);
  return (
    <aside class="inspector" aria-label={`About ${id}`}>
      <header>
        <KindMark kind={kind} />
        <h2>{id}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </header>
      <ConditionBadge condition={workload.condition} />
      {troubles.map((trouble) => (
        <p key={trouble} class="trouble">
          {trouble}
        </p>
      ))}
      <dl class="facts">
        <dt>Kind</dt>
        <dd>{kind}</dd>
        {application === undefined ? null : (
          <>
            <dt>Application</dt>
            <dd>{application}</dd>
          </>
        )}
        <dt>Runs on</dt>
        <dd>
          {hosts} {hosts === 1 ? 'host' : 'hosts'}
        </dd>
        {kind === 'component' ? (
          <>
            <dt>At once, at most</dt>
            <dd>{limit.toLocaleString('en')}</dd>
          </>
        ) : null}
      </dl>
      <Ends title="Calls" links={calls} end={({ link }) => link.target} onSelect={onSelect} />
      <Ends title="Called by" links={calledBy} end={({ link }) => link.sourceId} onSelect={onSelect} />
      {kind === 'unknown' ? null : (
        <a class="button" href={addressOf(kind === 'component' ? 'components' : 'providers', id)}>
          Open {kind}
        </a>
      )}
    </aside>
  );
}

interface EndsProps {
  readonly title: string;
  readonly links: readonly LinkView[];
  readonly end: (link: LinkView) => string;
  readonly onSelect: (id: string) => void;
}

function Ends({ title, links, end, onSelect }: EndsProps): JSX.Element | null {
  if (links.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="ends">
        {links.map((view) => (
          <li key={view.key}>
            <button type="button" class="link" onClick={() => onSelect(end(view))}>
              {end(view)}
            </button>
            <span class="muted-text">
              {view.link.witNamespace}:{view.link.witPackage}
            </span>
            {view.condition === 'good' ? null : <ConditionBadge condition={view.condition} />}
          </li>
        ))}
      </ul>
    </>
  );
}
