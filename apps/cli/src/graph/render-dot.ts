import { byHost, type GraphWorkload, type LatticeGraph, linkLabel, workloadLabel } from './lattice-graph.js';

const shapes: Readonly<Record<GraphWorkload['kind'], string>> = {
  component: 'ellipse',
  provider: 'box',
  missing: 'hexagon',
};

/** A graph in the language of Graphviz: components round, providers as boxes, links that do not work dashed. */
export function renderDot(graph: LatticeGraph): string {
  const node = (workload: GraphWorkload): string =>
    `${quote(workload.id)} [label=${quote(workloadLabel(workload))}, shape=${shapes[workload.kind]}];`;
  const { hosts, others } = byHost(graph);
  return [
    'digraph lattice {',
    '  rankdir=LR;',
    ...hosts.flatMap(({ name, workloads }, index) => [
      `  subgraph cluster_${index} {`,
      `    label=${quote(name)};`,
      ...workloads.map((workload) => `    ${node(workload)}`),
      '  }',
    ]),
    ...others.map((workload) => `  ${node(workload)}`),
    ...graph.links.map((link) => {
      const label = link.trouble === undefined ? linkLabel(link) : `${linkLabel(link)}: ${link.trouble}`;
      const style = link.trouble === undefined ? '' : ', style=dashed';
      return `  ${quote(link.source)} -> ${quote(link.target)} [label=${quote(label)}${style}];`;
    }),
    '}',
    '',
  ].join('\n');
}

/** In a string of DOT a backslash begins an escape of its own. */
function quote(text: string): string {
  return `"${text.replace(/\p{Cc}/gu, ' ').replace(/[\\"]/g, '\\$&')}"`;
}
