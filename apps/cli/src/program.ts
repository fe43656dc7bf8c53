import { Command } from 'commander';
import type { CliIo } from './cli-io.js';
import { addAccessCreate } from './commands/access-create.js';
import { addAppDelete } from './commands/app-delete.js';
import { addAppDeploy } from './commands/app-deploy.js';
import { addAppDiff } from './commands/app-diff.js';
import { addAppExplain } from './commands/app-explain.js';
import { addAppGet } from './commands/app-get.js';
import { addAppHistory } from './commands/app-history.js';
import { addAppList } from './commands/app-list.js';
import { addAppPromote } from './commands/app-promote.js';
import { addAppPut } from './commands/app-put.js';
import { addAppRollback } from './commands/app-rollback.js';
import { addAppStatus } from './commands/app-status.js';
import { addAppUndeploy } from './commands/app-undeploy.js';
import { addAppValidate } from './commands/app-validate.js';
import { addCall } from './commands/call.js';
import { addCapture } from './commands/capture.js';
import { addClaimsInspect } from './commands/claims-inspect.js';
import { addClaimsSign } from './commands/claims-sign.js';
import { addClaimsToken } from './commands/claims-token.js';
import { addCompleteWords } from './commands/complete-words.js';
import { addCompletion } from './commands/completion.js';
import { addConfigDel } from './commands/config-del.js';
import { addConfigGet } from './commands/config-get.js';
import { addConfigPut } from './commands/config-put.js';
import { addDev } from './commands/dev.js';
import { addDoctor } from './commands/doctor.js';
import { addEvents } from './commands/events.js';
import { addGetClaims } from './commands/get-claims.js';
import { addGetHosts } from './commands/get-hosts.js';
import { addGetInventory } from './commands/get-inventory.js';
import { addGetLinks } from './commands/get-links.js';
import { addGraph } from './commands/graph.js';
import { addInspect } from './commands/inspect.js';
import { addKeysGen } from './commands/keys-gen.js';
import { addKeysGet } from './commands/keys-get.js';
import { addKeysList } from './commands/keys-list.js';
import { addLabel } from './commands/label.js';
import { addLinkDel } from './commands/link-del.js';
import { addLinkPut } from './commands/link-put.js';
import { addLogs } from './commands/logs.js';
import { addParCreate } from './commands/par-create.js';
import { addParInsert } from './commands/par-insert.js';
import { addParInspect } from './commands/par-inspect.js';
import { addPull } from './commands/pull.js';
import { addPush } from './commands/push.js';
import { addReplay } from './commands/replay.js';
import { addScaleComponent } from './commands/scale-component.js';
import { addSecretsDel } from './commands/secrets-del.js';
import { addSecretsGet } from './commands/secrets-get.js';
import { addSecretsPut } from './commands/secrets-put.js';
import { addSecretsServe } from './commands/secrets-serve.js';
import { addSecretsStore } from './commands/secrets-store.js';
import { addSpy } from './commands/spy.js';
import { addStartComponent } from './commands/start-component.js';
import { addStartProvider } from './commands/start-provider.js';
import { addStopComponent } from './commands/stop-component.js';
import { addStopHost } from './commands/stop-host.js';
import { addStopProvider } from './commands/stop-provider.js';
import { addTop } from './commands/top.js';
import { addUi } from './commands/ui.js';
import { addUp } from './commands/up.js';
import { addUpdateComponent } from './commands/update-component.js';
import { addUpdateProvider } from './commands/update-provider.js';
import { describeFailure } from './describe-failure.js';
import { exitCodes } from './exit-codes.js';
import { addGlobalOptions } from './global-options.js';
import { takeLists } from './option-forms.js';
import { jsonDocument } from './output/json.js';
import { cliVersion } from './version.js';

/**
 * Runs one command line (arguments without interpreter and script) and returns the exit code. Failures are written to
 * standard error: a line that says what is wrong and one that says what to check.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = exitCodes.success;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (io.signal.aborted) return exitCodes.interrupted;
    const failure = describeFailure(error);
    if (failure !== undefined && failure.message !== '' && asksForJson(argv)) {
      io.err(jsonDocument({ success: false, error: failure.message, check: failure.check }));
      return failure.exitCode;
    }
    if (failure === undefined) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      io.err(`error: unexpected: ${text}\n`);
      return exitCodes.failure;
    }
    if (failure.message !== '') io.err(`error: ${failure.message}\n`);
    if (failure.check !== undefined) io.err(`check: ${failure.check}\n`);
    return failure.exitCode;
  }
}

/** Whether the output is to be JSON, as far as that can be told of a command line that may be wrong. */
function asksForJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, index) =>
      word === '--json' ||
      /^(-o=?|--output=)json$/.test(word) ||
      (word === 'json' && /^(-o|--output)$/.test(argv[index - 1] ?? '')),
  );
}

/** All commands; `setExitCode` is told the code of one that ends in another way than by success or an error. */
export function createProgram(io: CliIo, setExitCode: (code: number) => void): Command {
  const program = new Command('wasmlattice');
  // Subcommands inherit these settings when they are made, so they come first.
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      // Errors are written below, in the form of all others.
      outputError: () => {},
    })
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .allowExcessArguments(false)
    .helpCommand(false);
  addGlobalOptions(program)
    .description('Run hosts and applications of a lattice of WebAssembly components.')
    .version(cliVersion, '-V, --version', 'print the version');

  addUp(program, io, setExitCode);
  addUi(program, io);
  addDev(program, io, setExitCode);
  addInspect(program, io, setExitCode);
  addCall(program, io, setExitCode);
  addPush(program, io);
  addPull(program, io);
  addDoctor(program, io, setExitCode);
  addTop(program, io);
  addLogs(program, io);
  addEvents(program, io);
  addGraph(program, io);
  addSpy(program, io);
  addCapture(program, io);
  addReplay(program, io, setExitCode);
  const get = group(program, 'get', 'Look at the lattice');
  addGetHosts(get, io);
  addGetInventory(get, io);
  addGetLinks(get, io, 'links');
  addEvents(get, io);
  addGetClaims(get, io);
  const access = group(program, 'access', 'Who may do what on the NATS server');
  addAccessCreate(access, io);
  const app = group(program, 'app', 'Deploy applications, look at them, go back');
  addAppDeploy(app, io);
  addAppUndeploy(app, io);
  addAppStatus(app, io);
  addAppExplain(app, io);
  addAppList(app, io);
  addAppHistory(app, io);
  addAppDiff(app, io);
  addAppPromote(app, io);
  addAppRollback(app, io);
  addAppGet(app, io);
  addAppPut(app, io);
  addAppDelete(app, io);
  addAppValidate(app, io);
  const config = group(program, 'config', 'Named configs of components, providers and links');
  addConfigPut(config, io);
  addConfigGet(config, io);
  addConfigDel(config, io);
  const secrets = group(program, 'secrets', 'References to secrets, and backends that have them');
  addSecretsPut(secrets, io);
  addSecretsGet(secrets, io);
  addSecretsDel(secrets, io);
  addSecretsServe(secrets, io);
  addSecretsStore(secrets, io);
  const link = group(program, 'link', 'Links between components and providers');
  addLinkPut(link, io);
  addLinkDel(link, io);
  addGetLinks(link, io, 'query');
  const start = group(program, 'start', 'Start components and providers');
  addStartComponent(start, io);
  addStartProvider(start, io);
  const scale = group(program, 'scale', 'Say how much components may do at once');
  addScaleComponent(scale, io);
  const update = group(program, 'update', 'Replace the code of what runs');
  addUpdateComponent(update, io);
  addUpdateProvider(update, io);
  const stop = group(program, 'stop', 'Stop what runs');
  addStopComponent(stop, io);
  addStopProvider(stop, io);
  addStopHost(stop, io);
  addLabel(program, io);
  const keys = group(program, 'keys', 'Keys that sign');
  addKeysGen(keys, io);
  addKeysGet(keys, io);
  addKeysList(keys, io);
  const claims = group(program, 'claims', 'Tokens of components');
  addClaimsInspect(claims, io, setExitCode);
  addClaimsSign(claims, io);
  addClaimsToken(claims, io);
  const par = group(program, 'par', 'Archives of providers');
  addParCreate(par, io);
  addParInspect(par, io, setExitCode);
  addParInsert(par, io);
  addCompletion(program, io);
  addCompleteWords(program, io);
  takeLists(program);
  return program;
}

function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}
