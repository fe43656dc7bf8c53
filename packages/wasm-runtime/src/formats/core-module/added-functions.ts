import { type Chunk, leb, signedLeb } from './encode.js';
import type { InstructionBytes } from './helper-functions.js';

export const valueTypes = { i32: 0x7f, i64: 0x7e } as const;

export type AddressType = keyof typeof valueTypes;

/** Begins the names of functions that are not the guest's. */
export const addedFunctionPrefix = 'wasmlattice:';

/** Types and functions that a rewritten module has behind its own, so that none of its own has another index. */
export class AddedFunctions {
  readonly #firstType: number;
  readonly #firstFunction: number;
  readonly #types = new Map<string, number>();
  readonly #encodedTypes: number[][] = [];
  readonly #functions: { readonly name: string; readonly type: number; readonly body: InstructionBytes }[] =
    [];

  constructor(firstType: number, firstFunction: number) {
    this.#firstType = firstType;
    this.#firstFunction = firstFunction;
  }

  /** The index of a type of functions. */
  type(params: readonly AddressType[], results: readonly AddressType[]): number {
    const key = `${params.join()}:${results.join()}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const index = this.#firstType + this.#encodedTypes.length;
    const encode = (types: readonly AddressType[]): number[] => [
      types.length,
      ...types.map((type) => valueTypes[type]),
    ];
    this.#encodedTypes.push([0x60, ...encode(params), ...encode(results)]);
    this.#types.set(key, index);
    return index;
  }

  /**
   * The index of a new function.
   *
   * @param name what it does; stacks show it behind {@link addedFunctionPrefix}
   * @param body locals and instructions, the last `end` included
   */
  add(
    name: string,
    params: readonly AddressType[],
    results: readonly AddressType[],
    body: InstructionBytes,
  ): number {
    return this.#firstFunction + this.#functions.push({ name, type: this.type(params, results), body }) - 1;
  }

  /** Items of the type section. */
  get types(): readonly (readonly number[])[] {
    return this.#encodedTypes;
  }

  /** Items of the function section. */
  get functions(): readonly (readonly number[])[] {
    return this.#functions.map(({ type }) => leb(type));
  }

  /** Names by the indices of the functions. */
  get names(): ReadonlyMap<number, string> {
    return new Map(
      this.#functions.map(({ name }, index) => [
        this.#firstFunction + index,
        `${addedFunctionPrefix}${name}`,
      ]),
    );
  }

  /** Items of the code section. */
  get code(): readonly Chunk[] {
    return this.#functions.map(({ body }) => [...leb(body.length), ...body]);
  }
}

export function constant(type: AddressType, value: number): number[] {
  return [type === 'i32' ? 0x41 : 0x42, ...signedLeb(value)];
}
