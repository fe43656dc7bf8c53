/** What is served of `wasmcloud:bus@2.0`. */
export const busWit: string = `
package wasmcloud:bus@2.0.1;

interface lattice {
  resource call-target-interface {
    constructor(namespace: string, %package: string, %interface: string);
  }
  set-link-name: func(name: string, interfaces: list<call-target-interface>) -> result<_, string>;
}

interface error {
  use wasi:io/error@0.2.12.{error as io-error};
  use wrpc:rpc/error@0.1.0.{error as rpc-error};
  resource error {
    from-rpc-error: static func(error: rpc-error) -> error;
    from-io-error: static func(error: io-error) -> result<error, io-error>;
    to-debug-string: func() -> string;
  }
}
`;

/** What is served of `wasmcloud:bus@1.0.0`. */
export const busV1Wit: string = `
package wasmcloud:bus@1.0.0;

interface lattice {
  resource call-target-interface {
    constructor(namespace: string, %package: string, %interface: string);
  }
  set-link-name: func(name: string, interfaces: list<call-target-interface>);
}
`;

/** What is served of `wrpc:rpc`. */
export const rpcWit: string = `
package wrpc:rpc@0.1.0;

interface error {
  use wasi:io/error@0.2.12.{error as io-error};
  resource error {
    from-io-error: static func(error: io-error) -> result<error, io-error>;
    to-debug-string: func() -> string;
  }
}
`;
