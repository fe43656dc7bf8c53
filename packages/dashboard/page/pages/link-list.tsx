import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { ConditionBadge } from '../parts/condition.js';
import { addressOf } from '../route.js';
import type { LinkView } from '../state/workloads.js';
import { WorkloadLink } from './workload-link.js';

interface LinkListProps {
  readonly title: string;
  readonly links: readonly LinkView[];
}

/** The links of one workload, in one direction. */
export function LinkList({ title, links }: LinkListProps): JSX.Element | null {
  const id = useId();
  if (links.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{title === 'Calls' ? 'Target' : 'Source'}</th>
            <th scope="col">Interfaces</th>
            <th scope="col">Name</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {links.map(({ key, link, condition, reason }) => (
            <tr key={key}>
              <td>
                <WorkloadLink id={title === 'Calls' ? link.target : link.sourceId} />
              </td>
              <td>
                <a href={addressOf('links', key)}>
                  {link.witNamespace}:{link.witPackage}/{link.interfaces.join(',')}
                </a>
              </td>
              <td>{link.name}</td>
              <td>
                <ConditionBadge condition={condition} />
                {reason === '' ? null : <span class="muted-text"> {reason}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
