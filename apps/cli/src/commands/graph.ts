import { type Command, Option } from 'commander';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { allHosts } from '../find-host.js';
import { addGlobalOptions } from '../global-options.js';
import { type LatticeGraph, latticeGraph } from '../graph/lattice-graph.js';
import { renderDot } from '../graph/render-dot.js';
import { renderMermaid } from '../graph/render-mermaid.js';
import { jsonDocument } from '../output/json.js';

interface GraphOptions {
  readonly format: 'mermaid' | 'dot';
}

export function addGraph(program: Command, io: CliIo): void {
  addGlobalOptions(program.command('graph'))
    .description('Draw what runs where and what is linked: text for Mermaid or Graphviz')
    .addOption(
      new Option('--format <language>', 'language of the drawing')
        .choices(['mermaid', 'dot'])
        .default('mermaid'),
    )
    .action(({ format }: GraphOptions, self: Command) =>
      onLattice(self, io, async ({ client, options }) => {
        const { signal } = io;
        const [hosts, links] = await Promise.all([
          allHosts(client, { gatherMs: options.gatherMs, signal }),
          client.getLinks({ signal }),
        ]);
        const inventories = await Promise.all(hosts.map(({ id }) => client.getHostInventory(id, { signal })));
        const graph = latticeGraph(inventories, links);
        if (options.output === 'json') io.out(jsonDocument(toJson(graph)));
        else io.out(format === 'dot' ? renderDot(graph) : renderMermaid(graph));
      }),
    );
}

function toJson({ hosts, workloads, links }: LatticeGraph): unknown {
  return {
    hosts,
    workloads: workloads.map(({ hostIds, ...workload }) => ({ ...workload, host_ids: hostIds })),
    links,
  };
}
