// What the world `file-server` of `acme:files@0.1.0` exports and imports. Made from the folder files-wit by wasmlattice-wit-types: change it there.

import { func, type Result, t, type TypedInterface, witInterface } from '@wasmlattice/rpc';

/** `acme:files/files@0.1.0` */
export interface Files {
  read(name: string): Promise<Result<[AsyncIterable<Uint8Array>, Promise<Result<undefined, string>>], string>>;
}

export const files: TypedInterface<Files> = witInterface('acme:files/files@0.1.0', [
  func('read', [['name', t.string]], t.result(t.tuple(t.stream(t.u8), t.future(t.result(undefined, t.string))), t.string)),
]);

/** For providers of the world: `provideWorld` takes an implementation for each. */
export const fileServerExports: {
  readonly files: typeof files;
} = { files };
