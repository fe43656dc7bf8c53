import { sharedCliWit } from './shared-wit.js';

/** What is served of `wasi:cli@0.2`. */
export const cliWit: string = `
package wasi:cli@0.2.12;

interface environment {
  get-environment: func() -> list<tuple<string, string>>;
  get-arguments: func() -> list<string>;
  initial-cwd: func() -> option<string>;
}

interface stdin {
  use wasi:io/streams@0.2.12.{input-stream};
  get-stdin: func() -> input-stream;
}

interface stdout {
  use wasi:io/streams@0.2.12.{output-stream};
  get-stdout: func() -> output-stream;
}

interface stderr {
  use wasi:io/streams@0.2.12.{output-stream};
  get-stderr: func() -> output-stream;
}

${sharedCliWit}
`;
