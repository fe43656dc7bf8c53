/** Interfaces that `wasi:cli` has in 0.2 and in 0.3. */
export const sharedCliWit: string = `interface exit {
  exit: func(status: result);
  exit-with-code: func(status-code: u8);
}

interface terminal-input {
  resource terminal-input;
}

interface terminal-output {
  resource terminal-output;
}

interface terminal-stdin {
  use terminal-input.{terminal-input};
  get-terminal-stdin: func() -> option<terminal-input>;
}

interface terminal-stdout {
  use terminal-output.{terminal-output};
  get-terminal-stdout: func() -> option<terminal-output>;
}

interface terminal-stderr {
  use terminal-output.{terminal-output};
  get-terminal-stderr: func() -> option<terminal-output>;
}`;
