/** Entry of a thread that runs several components within the budgets of the process. */
import { parentPort, workerData } from 'node:worker_threads';
import { createDirectEngine } from '../engines/direct/index.js';
import { decodeComponent } from '../formats/component/index.js';
import { linkImports } from '../linker/linker.js';
import type { ComponentCells } from '../pool/component-cells.js';
import { InstancePool } from '../pool/instance-pool.js';
import { type BudgetName, OverloadedError } from '../pool/overloaded-error.js';
import type { ProcessBudgets } from '../pool/process-budgets.js';
import { ThreadBudgets } from '../pool/thread-budgets.js';
import { callsInterface, gateInterface } from './calls-guest.js';
import { testContext } from './context.js';

export interface BudgetsThreadData {
  readonly guest: Uint8Array;
  readonly budgets: ProcessBudgets;
  readonly thread: number;
  /** One for each component. */
  readonly components: readonly ComponentCells[];
}

/** Answered by a {@link BudgetsThreadReport} of the same kind. */
export type ToBudgetsThread =
  /** Makes so many calls of each component, which wait for `open`. */
  | { readonly kind: 'flood'; readonly calls: number }
  /** Lets the calls that wait end. */
  | { readonly kind: 'open' }
  /** Makes a call of each component, which does not wait. */
  | { readonly kind: 'count' };

export type BudgetsThreadReport =
  | { readonly kind: 'ready' }
  /** Answered when each call has begun to wait or was refused. */
  | { readonly kind: 'flood'; readonly waiting: number; readonly refused: readonly BudgetName[] }
  /** What was refused and what else went wrong. */
  | { readonly kind: 'open'; readonly failures: readonly string[] }
  | { readonly kind: 'count'; readonly results: readonly unknown[] };

const report = (message: BudgetsThreadReport): void => parentPort?.postMessage(message);

async function serve({ guest, budgets: memory, thread, components }: BudgetsThreadData): Promise<void> {
  const budgets = new ThreadBudgets({ budgets: memory, thread });
  let gate = Promise.withResolvers<void>();
  let onWaiting = (): void => {};
  const pass = (): Promise<void> => {
    onWaiting();
    return gate.promise;
  };
  const engine = createDirectEngine({ budgets });
  const pools = await Promise.all(
    components.map(async (cells, index) => {
      const component = `component-${index}`;
      const interfaces = [gateInterface({ pass })];
      const linkage = linkImports(decodeComponent(guest), { component, interfaces });
      const compiled = await engine.compile(guest, { component, suspends: linkage.suspends });
      return new InstancePool({
        component,
        compiled,
        linkage,
        maxInstances: 1,
        cells: { cells, thread },
        budgets,
      });
    }),
  );
  const call = (pool: InstancePool, func: string, ...params: readonly unknown[]): Promise<unknown> =>
    pool.run(testContext(), (instance) => instance.call(callsInterface, func, params));
  let flooded: Promise<unknown>[] = [];

  parentPort?.on('message', async (message: ToBudgetsThread) => {
    switch (message.kind) {
      case 'flood': {
        const refused: BudgetName[] = [];
        let waiting = 0;
        let open = message.calls * pools.length;
        const settled = Promise.withResolvers<void>();
        const settle = (): void => {
          open--;
          if (open === 0) settled.resolve();
        };
        onWaiting = () => {
          waiting++;
          settle();
        };
        flooded = pools.flatMap((pool) =>
          Array.from({ length: message.calls }, () =>
            call(pool, 'wait', 1).catch((error: unknown) => {
              if (!(error instanceof OverloadedError)) return String(error);
              refused.push(error.budget);
              settle();
              return undefined;
            }),
          ),
        );
        await settled.promise;
        report({ kind: 'flood', waiting, refused });
        return;
      }
      case 'open': {
        gate.resolve();
        gate = Promise.withResolvers<void>();
        const results = await Promise.all(flooded);
        report({ kind: 'open', failures: results.filter((each) => each !== undefined).map(String) });
        return;
      }
      case 'count':
        report({
          kind: 'count',
          results: await Promise.all(pools.map((pool) => call(pool, 'count').catch(String))),
        });
        return;
    }
  });
  report({ kind: 'ready' });
}

await serve(workerData as BudgetsThreadData);
