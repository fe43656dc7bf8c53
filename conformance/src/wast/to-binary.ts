import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import type { ComponentSource } from './directive.js';

/** What became of a source: bytes, or the text parser's word against it. */
export type Binary = { readonly bytes: Uint8Array } | { readonly refusal: TextRefusal };

export interface TextRefusal {
  readonly message: string;
  /** The parser knows the syntax and has given it up since; says nothing about the component. */
  readonly isOutdated: boolean;
}

/**
 * Makes bytes of a component's source. Text is read by the `wast` crate in jco's build of wasm-tools, which needs nothing but Node.js
 * and knows the syntax of asynchronous functions, resources, maps and fixed-length lists.
 */
export async function toBinary(source: ComponentSource): Promise<Binary> {
  if (source.form === 'binary') return { bytes: source.bytes };
  try {
    return { bytes: await parse(source.text) };
  } catch (error) {
    return { refusal: refusalOf(error) };
  }
}

/** The error prints itself in Rust's debug form; only the reason in it is for people. */
function refusalOf(error: unknown): TextRefusal {
  const full = error instanceof Error ? error.message : String(error);
  const [, reason] = /kind: Custom\("((?:[^"\\]|\\.)*)"\)/.exec(full) ?? [];
  const message = reason ?? full.split('\n')[0] ?? '';
  return { message, isOutdated: /no longer supported/.test(message) };
}
