import { resolve } from 'node:path';
import {
  type ArtifactLayout,
  componentLayout,
  isProviderArchive,
  providerLayout,
  pushArtifact,
  readProviderArchive,
} from '@wasmlattice/artifacts';
import { inspectComponent } from '@wasmlattice/wasm-runtime/engines';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions } from '../global-options.js';
import { readKeyValues } from '../key-values.js';
import { repeatedOption } from '../option-forms.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';
import { readNamedFile } from '../read-file.js';
import {
  addRegistryOptions,
  openRegistries,
  type RegistryOptions,
  readReference,
} from '../registry-options.js';

interface PushOptions extends RegistryOptions {
  readonly config?: string;
  readonly annotation?: readonly string[];
}

type Layout = (layer: { readonly digest: string }) => ArtifactLayout;

export function addPush(program: Command, io: CliIo): void {
  const command = addOutputOption(program.command('push'))
    .description('Push a component or a provider archive to an OCI registry')
    .argument('<url>', 'reference to give it, REGISTRY/NAME:TAG')
    .argument('<artifact>', 'its file')
    .option('-c, --config <file>', 'configuration to push with a provider archive (default: {})')
    .addOption(repeatedOption('-a, --annotation <key=value>', 'an annotation of the manifest'))
    // Uploads are in one piece here, always: the flag is for scripts that give it to `wash`.
    .addOption(new Option('--monolithic-push').hideHelp());
  addRegistryOptions(command).action(
    async (url: string, file: string, options: PushOptions, self: Command) => {
      const { output } = readGlobalOptions(self, io);
      const reference = readReference(url, options, io, 'Pushing');
      const annotations =
        options.annotation === undefined ? undefined : readKeyValues(options.annotation, 'the annotation');
      const layout = await layoutOf(io, file, options);
      using opened = new DisposableStack();
      const registries = opened.adopt(await openRegistries(options, io, reference), (each) => each.close());
      const pushed = await pushArtifact(reference, {
        registries,
        file: resolve(io.cwd, file),
        layout,
        ...(annotations !== undefined && { annotations }),
      });
      const { digest, tag } = pushed;
      io.out(
        output === 'json'
          ? jsonDocument({ success: true, url: reference, digest, tag })
          : `Successfully pushed ${reference}\n${tag === undefined ? '' : `${tag}: `}digest: ${digest}\n`,
      );
    },
  );
}

/** What the artifact is decides how it is pushed; its name does not matter. */
async function layoutOf(io: CliIo, file: string, options: PushOptions): Promise<Layout> {
  const bytes = await readNamedFile(io, file);
  const config = options.config === undefined ? undefined : await readNamedFile(io, options.config);
  if (await isProviderArchive(resolve(io.cwd, file))) {
    await readProviderArchive([bytes]);
    return () => providerLayout(config);
  }
  const { exports, imports, obstacle, valid } = await inspectComponent(bytes, { component: file });
  if (valid !== true || imports === undefined || exports === undefined) {
    throw new CliError(
      `Unsupported artifact type: \`${file}\` is neither a valid component nor a provider archive${obstacle === undefined ? '' : `: ${obstacle}`}`,
      'build it as a component, or make an archive of a provider with `wasmlattice par create`',
    );
  }
  const ids = (interfaces: readonly { readonly id: string }[]): string[] =>
    interfaces.map(({ id }) => id).filter((id) => id !== '');
  return ({ digest }) =>
    componentLayout({ digest, imports: ids(imports), exports: ids(exports), created: new Date() });
}
