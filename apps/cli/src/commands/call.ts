import { formatFunction, formatType, RpcError } from '@wasmlattice/rpc';
import { typeWithoutJson, valueToJson } from '@wasmlattice/rpc/json';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import type { Command } from 'commander';
import { typesOfImage } from '../call/component-types.js';
import { type ExportedFunction, findExport } from '../call/find-function.js';
import { readParams } from '../call/read-params.js';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { allOfComponent } from '../control/find-running.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions, usageError } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { addRegistryOptions, type RegistryOptions } from '../registry-options.js';

interface CallOptions extends RegistryOptions {
  readonly component?: string;
}

/** `setExitCode` takes {@link exitCodes.failure} for a call whose result is an error of the component's own. */
export function addCall(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  const command = addGlobalOptions(program.command('call'))
    .description('Call a function of a running component')
    .argument('<id>', 'id of the component')
    .argument('<function>', 'acme:shop/cart.total; version and package may be left out')
    .argument('[values...]', 'its parameters, each as JSON, or all in one object by name')
    .option('--component <file>', 'a component with the same interfaces (default: the one that runs)');
  addRegistryOptions(command).action(
    (id: string, name: string, texts: readonly string[], own: CallOptions, self: Command) =>
      onLattice(self, io, async (lattice) => {
        const [running] = await allOfComponent(lattice, id);
        const image = running?.description.imageRef ?? '';
        const found = findExport(await typesOfImage(image, own.component, own, io), name);
        requireJson(found);
        const result = await invoke(id, found, readParams(found.func, texts), lattice);
        const type = found.func.result;
        if (type !== undefined) io.out(jsonDocument(valueToJson(type, result, 'result')));
        else if (lattice.options.output === 'json') io.out(jsonDocument(null));
        else io.err(`called ${found.func.name} of ${id}, which has no result\n`);
        if (isErr(found, result)) setExitCode(exitCodes.failure);
      }),
  );
}

async function invoke(
  target: string,
  { func, instance }: ExportedFunction,
  params: readonly unknown[],
  { connection, io, lattice, options }: LatticeCommand,
): Promise<unknown> {
  const { inboxPrefix, timeoutMs } = options;
  const invoker = createNatsInvoker({
    connection,
    lattice,
    timeoutMs,
    ...(inboxPrefix !== undefined && { inboxPrefix }),
  });
  try {
    const headers = { 'source-id': 'wasmlattice', 'target-id': target, 'link-name': 'default' };
    return await invoker.invoke({ target, instance, func, params, headers, signal: io.signal });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new CliError(error.message, 'look at the log of the host; wait longer with --timeout-ms', {
      cause: error,
    });
  } finally {
    await invoker.close();
  }
}

/** Told before the call is made: what it does might not be undone. */
function requireJson({ func, instance }: ExportedFunction): void {
  const type = typeWithoutJson(func);
  if (type === undefined) return;
  throw usageError(
    `${func.name} can't be called from here: ${formatType(type)} has no form in JSON`,
    instance.startsWith('wasi:http/')
      ? 'send it an HTTP request, to a server that is linked to it'
      : `the function is ${formatFunction(func)}`,
  );
}

function isErr({ func }: ExportedFunction, result: unknown): boolean {
  return func.result?.kind === 'result' && (result as { readonly tag: string }).tag === 'err';
}
