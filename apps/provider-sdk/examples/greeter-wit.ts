// What the world `greeter` of `acme:greeter@0.1.0` exports and imports. Made from the folder wit by wasmlattice-wit-types: change it there.

import { func, type Result, t, type TypedInterface, witInterface } from '@wasmlattice/rpc';

/** `acme:greeter/greet@0.1.0` */
export interface Greet {
  greet(name: string): Promise<Result<string, string>>;
}

export const greet: TypedInterface<Greet> = witInterface('acme:greeter/greet@0.1.0', [
  func('greet', [['name', t.string]], t.result(t.string, t.string)),
]);

/** For providers of the world: `provideWorld` takes an implementation for each. */
export const greeterExports: {
  readonly greet: typeof greet;
} = { greet };
