/** What is served of `wasi:config`; `runtime` is the name that `store` had before. */
export const configWit: string = `
package wasi:config@0.2.0-draft;

interface store {
  variant error {
    upstream(string),
    io(string),
  }
  get: func(key: string) -> result<option<string>, error>;
  get-all: func() -> result<list<tuple<string, string>>, error>;
}

interface runtime {
  variant config-error {
    upstream(string),
    io(string),
  }
  get: func(key: string) -> result<option<string>, config-error>;
  get-all: func() -> result<list<tuple<string, string>>, config-error>;
}
`;
