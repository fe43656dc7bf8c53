import type { WitType } from '@wasmlattice/rpc';
import type { Call, Case } from './case.js';
import type { Encoding } from './encode.js';
import { anyPlain } from './plain.js';
import { Random } from './random.js';
import { asyncRelayText } from './shapes/async-relay.js';
import { chainText } from './shapes/chain.js';
import { anyReallocMode } from './shapes/core-text.js';
import { rawParamsText, rawResultsText } from './shapes/raw.js';
import { type Relay, relayText } from './shapes/relay.js';
import {
  definingText,
  logType,
  ownResourcesText,
  passingText,
  usingText,
  viewingText,
} from './shapes/resources.js';
import { type Flow, readerFunc, readerText, writerText } from './shapes/stream-flow.js';
import { streamsResult, streamsText } from './shapes/streams.js';
import type { Func } from './type-text.js';
import { anyType, type TypeOptions, withTuples } from './types.js';

const encodings: readonly [Encoding, ...Encoding[]] = ['utf8', 'utf16', 'latin1+utf16'];

/** Generators of cases by the name of the shape. */
const shapes: Readonly<Record<string, (random: Random) => Case>> = {
  /** Values go from the caller through one component to the host, and back. */
  relay(random) {
    const funcs = anyFuncs(random);
    return relayCase(random, 'relay', `(component ${anyRelay(random, funcs, 'host')})`, funcs);
  },
  /** The same through several components. */
  chain(random) {
    const funcs = anyFuncs(random);
    const links = random.times(random.between(2, 3), () => anyRelay(random, funcs, 'i'));
    return relayCase(random, 'chain', `(component ${chainText(links, funcs, funcs)})`, funcs);
  },
  /** The same with lists of a fixed length, and memories of 32 and 64 bits. */
  wide(random) {
    const funcs = anyFuncs(random, { hasFixedLists: true });
    const links = random.times(random.between(1, 3), () => anyRelayOptions(random));
    const pointers = links.map(() => random.pick(['i32', 'i64'] as const));
    const calls = relayCalls(random, funcs);
    const host = hostOf(random, funcs);
    const chain = (each: readonly Func[], isWide: boolean): string => {
      const texts = links.map((link, k) =>
        relayText(each, { ...link, from: 'i', pointer: isWide ? pointers[k] : 'i32' }),
      );
      return `(component ${chainText(texts, each, each)})`;
    };
    const convert = withTuples();
    const narrow = funcs.map((func) => convertFunc(func, convert));
    return {
      shape: 'wide',
      text: chain(funcs, true),
      host,
      calls,
      equivalent: {
        shape: 'wide',
        text: chain(narrow, false),
        host: host.map((func) => ({ ...func, ...convertFunc(func, convert) })),
        calls: calls.map((call) => ({
          ...call,
          types: call.types.map(convert),
          ...(call.result && { result: convert(call.result) }),
        })),
      },
    };
  },
  /** Values through functions that may wait, made and called in every form. */
  'async-chain'(random) {
    const funcs = anyFuncs(random).map((func) => ({ ...func, isAsync: true }));
    const hosted = funcs.map((func) => ({ ...func, isAsync: false }));
    const links = random.times(random.between(1, 3), (k) =>
      asyncRelayText(funcs, k === 0 ? hosted : funcs, {
        from: 'i',
        encoding: random.pick(encodings),
        realloc: anyReallocMode(random),
        lift: random.pick(['sync', 'stackful', 'callback', 'yielding']),
        lowersAsync: random.percent(70),
      }),
    );
    return {
      shape: 'async-chain',
      text: `(component ${chainText(links, hosted, funcs)})`,
      host: hostOf(random, hosted),
      calls: relayCalls(random, funcs),
      isAsync: true,
    };
  },
  'raw-results'(random) {
    const funcs = onlyResults(anyFuncs(random));
    const text = rawResultsText(random, funcs, random.pick(encodings));
    return { shape: 'raw-results', text: `(component ${text})`, host: [], calls: freshCalls(funcs) };
  },
  'raw-results-chain'(random) {
    const funcs = onlyResults(anyFuncs(random));
    const links = [rawResultsText(random, funcs, random.pick(encodings)), anyRelay(random, funcs, 'i')];
    const text = chainText(links, [], funcs);
    return { shape: 'raw-results-chain', text: `(component ${text})`, host: [], calls: freshCalls(funcs) };
  },
  'raw-params'(random) {
    const funcs = anyFuncs(random);
    const text = rawParamsText(random, funcs, { from: 'host', encoding: random.pick(encodings) });
    return rawParamsCase(random, 'raw-params', `(component ${text})`, funcs);
  },
  'raw-params-chain'(random) {
    const funcs = anyFuncs(random);
    const sender = rawParamsText(random, funcs, { from: 'i', encoding: random.pick(encodings) });
    const text = chainText([anyRelay(random, funcs, 'i'), sender], funcs, funcs.map(sendOf));
    return rawParamsCase(random, 'raw-params-chain', `(component ${text})`, funcs);
  },
  /** Resources of one component, by scripts in it. */
  resources(random) {
    const funcs = scriptFuncs(random);
    const text = ownResourcesText(random, namesOf(funcs));
    return { shape: 'resources', text: `(component ${text})`, host: [], calls: callsInTurn(random, funcs) };
  },
  /** Resources of one component in the hands of others. */
  'resources-chain'(random) {
    const funcs = scriptFuncs(random);
    const passing = random.times(random.below(3), () => passingText(random));
    const links = [definingText(), ...passing, usingText(random, namesOf(funcs))];
    const log: Func = { name: 'log', params: [], result: logType };
    const text = chainText(links, [], [...funcs, log]);
    const calls = callsInTurn(random, funcs).flatMap((call) => [call, callOf(log)]);
    return { shape: 'resources-chain', text: `(component ${text})`, host: [], calls };
  },
  /** The resource of one component as two types of another. */
  'resource-views'(random) {
    const funcs = scriptFuncs(random);
    const passing = random.times(random.below(3), () => passingText(random));
    const links = [definingText(), ...passing, viewingText(random, namesOf(funcs))];
    const log: Func = { name: 'log', params: [], result: logType };
    const text = chainText(links, [], [...funcs, log]);
    const calls = callsInTurn(random, funcs).flatMap((call) => [call, callOf(log)]);
    return { shape: 'resource-views', text: `(component ${text})`, host: [], calls };
  },
  /** Both ends of streams and futures of one component, by scripts in it. */
  streams(random) {
    const funcs = random.times(
      random.between(1, 3),
      (i): Func => ({ name: `s${i}`, params: [], result: streamsResult, isAsync: true }),
    );
    const text = streamsText(random, namesOf(funcs));
    return {
      shape: 'streams',
      text: `(component ${text})`,
      host: [],
      calls: freshCalls(funcs),
      isAsync: true,
    };
  },
  /** A stream of any elements from one component to another. */
  'streams-chain'(random) {
    const flow: Flow = {
      element: anyElement(random),
      writing: random.pick(encodings),
      reading: random.pick(encodings),
    };
    const func: Func = { ...readerFunc('run', flow), isAsync: true };
    const links = [writerText(random, flow), readerText(random, func, flow)];
    const text = chainText(links, [], [func]);
    return {
      shape: 'streams-chain',
      text: `(component ${text})`,
      host: [],
      calls: freshCalls([func]),
      isAsync: true,
    };
  },
};

export const shapeNames: readonly string[] = Object.keys(shapes);

/** The case of a seed: always the same. Shapes take turns. */
export function generateCase(seed: number, among: readonly string[] = shapeNames): Case {
  const random = new Random(seed);
  const make = shapes[among[seed % among.length] ?? ''];
  if (make === undefined) throw new Error(`there are only the shapes ${shapeNames.join(', ')}`);
  return make(random);
}

function convertFunc(func: Func, convert: (type: WitType) => WitType): Func {
  return { ...func, params: func.params.map(convert), ...(func.result && { result: convert(func.result) }) };
}

function anyFuncs(random: Random, options?: TypeOptions): readonly Func[] {
  return random.times(random.between(1, 4), (i) => {
    const params = random.times(random.percent(15) ? random.between(5, 12) : random.below(4), () =>
      anyType(random, options),
    );
    return { name: `g${i}`, params, ...(random.percent(85) && { result: anyType(random, options) }) };
  });
}

/** Streams of characters are not valid yet. */
function anyElement(random: Random): WitType {
  const type = anyType(random, { depth: 2 });
  return type.kind === 'char' ? { kind: 'string' } : type;
}

/** Functions that run a script and return what it has logged. */
function scriptFuncs(random: Random): readonly Func[] {
  return random.times(random.between(1, 4), (i) => ({ name: `s${i}`, params: [], result: logType }));
}

function namesOf(funcs: readonly Func[]): readonly string[] {
  return funcs.map(({ name }) => name);
}

function callsInTurn(random: Random, funcs: readonly Func[]): readonly Call[] {
  return funcs.map((func, i) => ({ ...callOf(func), isFresh: i === 0 || random.percent(30) }));
}

/** A call without parameters, in the instance of the one before. */
function callOf({ name, result }: Func): Call {
  return { func: name, types: [], params: [], result, isFresh: false };
}

function onlyResults(funcs: readonly Func[]): readonly Func[] {
  return funcs.map((func) => ({ ...func, params: [] }));
}

function sendOf({ name }: Func): Func {
  return { name: `send-${name}`, params: [] };
}

function anyRelay(random: Random, funcs: readonly Func[], from: string): string {
  return relayText(funcs, { ...anyRelayOptions(random), from });
}

function anyRelayOptions(random: Random): Omit<Relay, 'from'> {
  const postReturn = random.percent(20)
    ? random.pick(['quiet', 'quiet', 'quiet', 'trap'] as const)
    : undefined;
  return { encoding: random.pick(encodings), realloc: anyReallocMode(random), postReturn };
}

function relayCase(random: Random, shape: string, text: string, funcs: readonly Func[]): Case {
  const calls = relayCalls(random, funcs);
  return { shape, text, host: hostOf(random, funcs), calls };
}

function relayCalls(random: Random, funcs: readonly Func[]): readonly Call[] {
  return random.times(random.between(funcs.length, 2 * funcs.length), (i): Call => {
    const { name, params, result } = funcs[i % funcs.length] ?? { name: '', params: [], result: undefined };
    return {
      func: name,
      types: params,
      params: params.map((type) => anyPlain(random, type)),
      result,
      isFresh: i === 0 || random.percent(30),
    };
  });
}

function rawParamsCase(random: Random, shape: string, text: string, funcs: readonly Func[]): Case {
  return { shape, text, host: hostOf(random, funcs), calls: freshCalls(funcs.map(sendOf)) };
}

function hostOf(random: Random, funcs: readonly Func[]): Case['host'] {
  return funcs.map((func) => ({ ...func, ...(func.result && { answer: anyPlain(random, func.result) }) }));
}

function freshCalls(funcs: readonly Func[]): readonly Call[] {
  return funcs.map(({ name, result }) => ({ func: name, types: [], params: [], result, isFresh: true }));
}
