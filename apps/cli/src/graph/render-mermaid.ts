import { byHost, type GraphWorkload, type LatticeGraph, linkLabel, workloadLabel } from './lattice-graph.js';

/** A flowchart of Mermaid: components round, providers as boxes, links that do not work dotted. */
export function renderMermaid(graph: LatticeGraph): string {
  const numbers = new Map(graph.workloads.map(({ id }, index) => [id, `n${index}`]));
  const node = (workload: GraphWorkload): string => {
    const label = quote(workloadLabel(workload));
    const shape =
      workload.kind === 'component'
        ? `(${label})`
        : workload.kind === 'provider'
          ? `[${label}]`
          : `{{${label}}}`;
    return `${numbers.get(workload.id)}${shape}`;
  };
  const { hosts, others } = byHost(graph);
  return [
    'flowchart LR',
    ...hosts.flatMap(({ name, workloads }, index) => [
      `  subgraph h${index} [${quote(name)}]`,
      ...workloads.map((workload) => `    ${node(workload)}`),
      '  end',
    ]),
    ...others.map((workload) => `  ${node(workload)}`),
    ...graph.links.map((link) => {
      const [source, target] = [numbers.get(link.source), numbers.get(link.target)];
      return link.trouble === undefined
        ? `  ${source} -->|${quote(linkLabel(link))}| ${target}`
        : `  ${source} -.->|${quote(`${linkLabel(link)}: ${link.trouble}`)}| ${target}`;
    }),
    '',
  ].join('\n');
}

/** Within quotes Mermaid takes anything but quotes and what looks like HTML or an entity. */
function quote(text: string): string {
  const safe = text.replace(/["#<>&\p{Cc}]/gu, (char) => `#${char.codePointAt(0)};`);
  return `"${safe}"`;
}
