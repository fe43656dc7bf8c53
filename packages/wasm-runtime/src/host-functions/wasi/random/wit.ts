/** What is served of `wasi:random@0.2`. */
export const randomWit: string = `
package wasi:random@0.2.12;

interface random {
  get-random-bytes: func(len: u64) -> list<u8>;
  get-random-u64: func() -> u64;
}

interface insecure {
  get-insecure-random-bytes: func(len: u64) -> list<u8>;
  get-insecure-random-u64: func() -> u64;
}

interface insecure-seed {
  insecure-seed: func() -> tuple<u64, u64>;
}
`;
