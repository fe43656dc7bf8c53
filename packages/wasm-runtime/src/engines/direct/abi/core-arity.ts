import type { CoreFunction } from './core-types.js';

/** What a core function returns. */
export type Returned = number | bigint | undefined;

/** A core function that puts its arguments into `flat` and calls. Arguments by name cost less than an array of them. */
export function withArity<R = Returned>(
  arity: number,
  flat: (number | bigint)[],
  core: () => R,
): (...args: Parameters<CoreFunction>) => R {
  switch (arity) {
    case 0:
      return core;
    case 1:
      return (a) => {
        flat[0] = a as number;
        return core();
      };
    case 2:
      return (a, b) => {
        flat[0] = a as number;
        flat[1] = b as number;
        return core();
      };
    case 3:
      return (a, b, c) => {
        flat[0] = a as number;
        flat[1] = b as number;
        flat[2] = c as number;
        return core();
      };
    case 4:
      return (a, b, c, d) => {
        flat[0] = a as number;
        flat[1] = b as number;
        flat[2] = c as number;
        flat[3] = d as number;
        return core();
      };
    case 5:
      return (a, b, c, d, e) => {
        flat[0] = a as number;
        flat[1] = b as number;
        flat[2] = c as number;
        flat[3] = d as number;
        flat[4] = e as number;
        return core();
      };
    case 6:
      return (a, b, c, d, e, f) => {
        flat[0] = a as number;
        flat[1] = b as number;
        flat[2] = c as number;
        flat[3] = d as number;
        flat[4] = e as number;
        flat[5] = f as number;
        return core();
      };
    default:
      return (...args) => {
        for (let i = 0; i < arity; i++) flat[i] = args[i] as number;
        return core();
      };
  }
}

/** Calls a guest with the first `count` core values. */
export function invoke(
  enter: (...args: (number | bigint)[]) => Promise<unknown>,
  flat: readonly (number | bigint)[],
  count: number,
): Promise<unknown> {
  switch (count) {
    case 0:
      return enter();
    case 1:
      return enter(flat[0] as number);
    case 2:
      return enter(flat[0] as number, flat[1] as number);
    case 3:
      return enter(flat[0] as number, flat[1] as number, flat[2] as number);
    case 4:
      return enter(flat[0] as number, flat[1] as number, flat[2] as number, flat[3] as number);
    default:
      return enter(...flat.slice(0, count));
  }
}
