import { describeError } from '@wasmlattice/telemetry';
import type { ComponentTypes, ComponentTypesReader } from '@wasmlattice/wasm-runtime/engines';
import { CliError } from '../cli-error.js';

/** Interfaces of a component that links are for, `wasi:keyvalue/store` each, without their versions. */
export interface LinkedInterfaces {
  readonly imports: ReadonlySet<string>;
  readonly exports: ReadonlySet<string>;
}

/** @throws CliError for a component that can't run */
export async function linkedInterfaces(
  reader: ComponentTypesReader,
  bytes: Uint8Array,
  name: string,
): Promise<LinkedInterfaces> {
  try {
    const { exports, imports } = await reader.read(bytes, name);
    return { imports: namesOf(imports), exports: namesOf(exports) };
  } catch (cause) {
    throw new CliError(
      `the image of \`${name}\` can't run: ${describeError(cause)}`,
      '`wasmlattice inspect` tells more',
      { cause },
    );
  }
}

function namesOf(interfaces: ComponentTypes['imports']): ReadonlySet<string> {
  return new Set(interfaces.map((each) => (each.implements ?? each.id).replace(/@.*$/, '')));
}
