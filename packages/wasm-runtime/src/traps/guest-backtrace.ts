import { addedFunctionPrefix } from '../formats/core-module/added-functions.js';
import { demangle } from './demangle.js';

/** V8 gives each core module an address of its own, made of its name and a checksum; functions are counted with the imports. */
const guestFrame =
  /^(?:(?<name>.*) \()?wasm:\/\/wasm\/(?:(?<module>.*)-)?[0-9a-f]{8}:wasm-function\[(?<index>\d+)\]:0x[0-9a-f]+\)?$/;

const frameStart = '    at ';

/** Longest name of a function or module that is shown: the guest chose it. */
const maxNameLength = 200;

/** Longest backtrace, in UTF-16 units. */
const maxLength = 4_096;

/** Name of the core modules that the host itself puts between guest and host functions: their calls are not the guest's. */
export const bridgeModuleName = 'wasmlattice-bridge';

/**
 * Where a guest was when it ended, innermost call first, in V8's manner:
 *
 * ```
 *     at host function wasi:cli/exit@0.2.3 exit
 *     at core::panicking::panic_fmt (wasm-function[312])
 *     at recurse (adapter:wasm-function[7]), 64 times
 * ```
 *
 * Names come from the name section of the guest's core modules, as far as there is one. Functions are numbered as in the guest's
 * own core module; there are no positions, since the code that runs is not byte for byte that of the guest. Frames of the
 * host are left out, those of functions that it added to a module included, but for the host functions between frames of the guest.
 *
 * @param ends what ended the guest and what was thrown on the way, with the stacks that V8 gave them: at most `Error.stackTraceLimit`
 * frames each. The first that has one of the guest counts
 * @param hostFunction the host function that it ended in: `wasi:cli/exit@0.2.3 exit`
 * @returns `undefined` when neither is known
 */
export function guestBacktrace(ends: readonly unknown[], hostFunction?: string): string | undefined {
  const { frames, isCut, lastGuest } = readFirst(ends);
  const shown = frames.slice(0, lastGuest + 1);
  const lines: string[] = [];
  if (hostFunction !== undefined) lines.push(`host function ${hostFunction}`);
  const first = shown.findIndex((frame) => frame !== host);
  for (const frame of shown.slice(Math.max(first, 0))) {
    // A host function that calls the guest again: to have it allocate, or destroy a resource.
    if (frame !== host) lines.push(frame);
    else if (lines.at(-1) !== betweenGuests) lines.push(betweenGuests);
  }
  if (lines.length === 0) return undefined;
  return joinBounded(countRepeats(lines), isCut && lastGuest === frames.length - 1);
}

/** A frame of the host, whichever it is. */
const host = Symbol('host');

const betweenGuests = 'a host function';

type Frame = string | typeof host;

interface Stack {
  readonly frames: readonly Frame[];
  readonly isCut: boolean;
  /** Index of the outermost frame of the guest, -1 for none. */
  readonly lastGuest: number;
}

const noStack: Stack = { frames: [], isCut: false, lastGuest: -1 };

function readFirst(ends: readonly unknown[]): Stack {
  for (const end of ends) {
    const stack = readStack(end);
    if (stack.lastGuest !== -1) return stack;
  }
  return noStack;
}

function readStack(error: unknown): Stack {
  const lines = stackOf(error)
    .split('\n')
    .filter((line) => line.startsWith(frameStart));
  const frames = lines.map((line) => readFrame(line.slice(frameStart.length)));
  const lastGuest = frames.findLastIndex((frame) => frame !== host);
  return { frames, isCut: frames.length >= Error.stackTraceLimit, lastGuest };
}

function readFrame(text: string): Frame {
  const { name, module, index } = guestFrame.exec(text)?.groups ?? {};
  if (index === undefined || module === bridgeModuleName) return host;
  const own = ownName(name, module);
  if (own?.startsWith(addedFunctionPrefix)) return host;
  const place = `${module === undefined ? '' : `${printable(module)}:`}wasm-function[${index}]`;
  return own === undefined ? place : `${printable(demangle(own))} (${place})`;
}

/** V8 puts the name of the module before that of a function, and in place of one. */
function ownName(name: string | undefined, module: string | undefined): string | undefined {
  if (module === undefined || name === undefined) return name;
  if (name === module) return undefined;
  return name.startsWith(`${module}.`) ? name.slice(module.length + 1) : name;
}

/** Without the message, which may have been written to look like frames. */
function stackOf(error: unknown): string {
  try {
    if (!(error instanceof Error) || typeof error.stack !== 'string') return '';
    const { stack, message } = error;
    const start = stack.indexOf(message);
    return start === -1 ? stack : stack.slice(start + message.length);
  } catch {
    // A getter of the error's own, or a revoked proxy.
    return '';
  }
}

function printable(name: string): string {
  const text = name.replaceAll(/\p{Cc}/gu, '\ufffd');
  return text.length <= maxNameLength ? text : `${text.slice(0, maxNameLength).toWellFormed()}…`;
}

/** A guest that recurses without end fills the stack with one line. */
function countRepeats(lines: readonly string[]): string[] {
  const counted: string[] = [];
  for (let start = 0, end = 0; start < lines.length; start = end) {
    while (end < lines.length && lines[end] === lines[start]) end++;
    counted.push(end - start === 1 ? `${lines[start]}` : `${lines[start]}, ${end - start} times`);
  }
  return counted;
}

function joinBounded(lines: readonly string[], isCut: boolean): string {
  let text = '';
  for (const line of lines) {
    const next = `${frameStart}${line}\n`;
    if (text.length + next.length > maxLength) return `${text}    …`;
    text += next;
  }
  return isCut ? `${text}    …` : text.slice(0, -1);
}
