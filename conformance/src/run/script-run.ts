import type { WitType } from '@wasmlattice/rpc';
import type { CompiledComponent, ComponentInstance, Engine } from '@wasmlattice/wasm-runtime/engines';
import type { Constant } from '../wast/constants.js';
import type { Action, ComponentSource, Directive, Trapping } from '../wast/directive.js';
import { toBinary } from '../wast/to-binary.js';
import { failed, type Outcome, passed, passedByText, unsupported } from './outcome.js';
import { outcomeOfRefusal, refusalOf } from './refusal.js';
import { createSuiteHost, type SuiteHost } from './suite-host.js';
import { equalValues, toValue, ValueProblem } from './values.js';

/** What there is of a component, or why there is nothing. */
type Made<T> = { readonly made: T } | { readonly outcome: Outcome };

interface Started {
  readonly component: CompiledComponent;
  readonly instance: ComponentInstance;
}

/** What a call came to. */
type Called =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'trapped'; readonly reason: string }
  | { readonly kind: 'hung' };

/** What the suite is about is the model, so the runner's ceilings on parts are far above those for guests. */
const roomyLimits = { maxCoreInstances: 1_000, maxTables: 1_000 } as const;

/** Never reached: the numbers of parameters are compared first. */
const missingParam: Constant = { kind: 'flags', names: [] };

/** What a suite's own engine refuses though it is valid: its message says that it lacks something. */
const otherEngines = unsupported('refusals of valid components that another engine does not have');

function isRestriction(message: string): boolean {
  return /\b(not (supported|implemented)|feature is not active)$/.test(message);
}

type Refused = Extract<
  Directive,
  { readonly kind: 'assert-malformed' | 'assert-invalid' | 'assert-unlinkable' }
>;

/** Runs the directives of one script, one after the other. */
export class ScriptRun {
  readonly #engine: Engine;
  readonly #name: string;
  /** Longest that a call may wait, in milliseconds. One that computes without end is for others to end. */
  readonly #patienceMs: number;
  readonly #host: SuiteHost = createSuiteHost();
  readonly #definitions = new Map<string, Made<CompiledComponent>>();
  readonly #instances = new Map<string, Made<Started>>();
  #lastDefinition: Made<CompiledComponent> | undefined;
  #current: Made<Started> | undefined;

  constructor(engine: Engine, { name, patienceMs }: { readonly name: string; readonly patienceMs: number }) {
    this.#engine = engine;
    this.#name = name;
    this.#patienceMs = patienceMs;
  }

  async run(directive: Directive): Promise<Outcome> {
    switch (directive.kind) {
      case 'component': {
        const component = await this.#compile(directive.source);
        if (directive.isDefinition) return this.#define(directive.name, component);
        return this.#enter(directive.name, await this.#start(component));
      }
      case 'instance':
        return this.#enter(directive.name, await this.#start(this.#definitionOf(directive.of)));
      case 'invoke':
        return this.#call(directive.action, (called) => {
          return called.kind === 'returned' ? passed : unexpectedEnd(called);
        });
      case 'assert-return':
        return this.#assertReturn(directive);
      case 'assert-trap':
        return this.#assertTrap(directive.of);
      case 'assert-malformed':
      case 'assert-invalid':
        return this.#assertRefused(directive);
      case 'assert-unlinkable':
        return this.#assertUnlinkable(directive.source);
      case 'register':
        return unsupported('register');
      case 'other':
        return unsupported(`directive ${directive.keyword}`);
    }
  }

  /** Takes note of a directive that is not run again, since it ended the process before. */
  skip(directive: Directive, outcome: Outcome): void {
    if (directive.kind === 'component' && directive.isDefinition) this.#define(directive.name, { outcome });
    else if (directive.kind === 'component' || directive.kind === 'instance') {
      this.#enter(directive.name, { outcome });
    }
  }

  #define(name: string | undefined, component: Made<CompiledComponent>): Outcome {
    this.#lastDefinition = component;
    if (name !== undefined) this.#definitions.set(name, component);
    return 'outcome' in component ? component.outcome : passed;
  }

  #enter(name: string | undefined, started: Made<Started>): Outcome {
    this.#current = started;
    if (name !== undefined) this.#instances.set(name, started);
    return 'outcome' in started ? started.outcome : passed;
  }

  #definitionOf(name: string | undefined): Made<CompiledComponent> {
    const definition = name === undefined ? this.#lastDefinition : this.#definitions.get(name);
    if (definition === undefined) {
      return { outcome: failed('not understood', `no component definition ${name ?? ''} before`) };
    }
    return 'made' in definition ? definition : { outcome: dependentOn(definition.outcome) };
  }

  async #compile(source: ComponentSource): Promise<Made<CompiledComponent>> {
    const binary = await toBinary(source);
    if ('refusal' in binary) {
      const { message, isOutdated } = binary.refusal;
      return {
        outcome: isOutdated
          ? unsupported(`text that the parser gave up: ${message}`)
          : failed('refused valid', `by the text parser: ${message}`),
      };
    }
    try {
      return { made: await this.#compileBytes(binary.bytes) };
    } catch (error) {
      return { outcome: outcomeOfRefusal(refusalOf(error)) };
    }
  }

  #compileBytes(bytes: Uint8Array): Promise<CompiledComponent> {
    return this.#engine.compile(bytes, {
      component: this.#name,
      suspends: this.#host.suspends,
      ...roomyLimits,
    });
  }

  async #start(component: Made<CompiledComponent>): Promise<Made<Started>> {
    if ('outcome' in component) return component;
    const missing = this.#host.missing(component.made.types);
    if (missing !== undefined) return { outcome: unsupported(`an import of the suite's host: ${missing}`) };
    try {
      const instance = await this.#instantiate(component.made);
      if (instance === undefined) return { outcome: failed('hang', 'the start did not end') };
      return { made: { component: component.made, instance } };
    } catch (error) {
      return { outcome: failed('trapped', messageOf(error)) };
    }
  }

  #instantiate(component: CompiledComponent): Promise<ComponentInstance | undefined> {
    return this.#within(component.instantiate(this.#host.imports));
  }

  async #call(action: Action, judge: (called: Called, expected?: unknown) => Outcome): Promise<Outcome> {
    const started = action.instance === undefined ? this.#current : this.#instances.get(action.instance);
    if (started === undefined) return failed('not understood', `no instance ${action.instance ?? ''} before`);
    if ('outcome' in started) return dependentOn(started.outcome);
    return judge(await this.#callIn(started.made, action));
  }

  async #callIn({ component, instance }: Started, { func, params }: Action): Promise<Called> {
    const type = component.types.exportedFunctions.find(({ name }) => name === func);
    if (type === undefined) throw new ValueProblem(`no exported function "${func}"`);
    if (type.params.length !== params.length) {
      throw new ValueProblem(`"${func}" takes ${type.params.length} parameters, not ${params.length}`);
    }
    const values = type.params.map((param, i) => toValue(params[i] ?? missingParam, param.type));
    try {
      const answer = await this.#within(instance.call('', func, values).then((value) => ({ value })));
      return answer === undefined ? { kind: 'hung' } : { kind: 'returned', value: answer.value };
    } catch (error) {
      return { kind: 'trapped', reason: messageOf(error) };
    }
  }

  #assertReturn({
    action,
    expected,
  }: Extract<Directive, { readonly kind: 'assert-return' }>): Promise<Outcome> {
    return this.#call(action, (called) => {
      if (called.kind !== 'returned') return unexpectedEnd(called);
      const type = this.#resultOf(action);
      const wanted = expected[0] && type && toValue(expected[0], type);
      if (equalValues(called.value, wanted)) return passed;
      return failed('wrong value', `${action.func} gave ${show(called.value)}, expected ${show(wanted)}`);
    });
  }

  async #assertTrap(of: Trapping): Promise<Outcome> {
    if (of.kind === 'call') {
      return this.#call(of.action, (called) => {
        if (called.kind === 'returned') {
          return failed('did not trap', `${of.action.func} gave ${show(called.value)}`);
        }
        return called.kind === 'trapped' ? passed : unexpectedEnd(called);
      });
    }
    const component = of.kind === 'instance' ? this.#definitionOf(of.of) : await this.#compile(of.source);
    const started = await this.#start(component);
    if ('made' in started) return failed('did not trap', 'it was instantiated');
    const { outcome } = started;
    return outcome.verdict === 'failed' && outcome.fault === 'trapped' ? passed : outcome;
  }

  async #assertRefused({ source, message }: Refused): Promise<Outcome> {
    const binary = await toBinary(source);
    if ('refusal' in binary) return passedByText;
    try {
      await this.#compileBytes(binary.bytes);
    } catch (error) {
      const refusal = refusalOf(error);
      return refusal.kind === 'invalid' ? passed : outcomeOfRefusal(refusal);
    }
    return isRestriction(message) ? otherEngines : failed('accepted invalid', 'it was compiled');
  }

  async #assertUnlinkable(source: ComponentSource): Promise<Outcome> {
    const component = await this.#compile(source);
    if ('outcome' in component) return component.outcome;
    if (this.#host.missing(component.made.types) !== undefined) return passed;
    try {
      await this.#instantiate(component.made);
    } catch {
      return passed;
    }
    return failed('accepted invalid', 'it was linked');
  }

  #resultOf(action: Action): WitType | undefined {
    const started = action.instance === undefined ? this.#current : this.#instances.get(action.instance);
    if (started === undefined || 'outcome' in started) return undefined;
    return started.made.component.types.exportedFunctions.find(({ name }) => name === action.func)?.result;
  }

  /** `undefined` when it did not settle in time. */
  async #within<T>(work: Promise<T>): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, this.#patienceMs, undefined);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function unexpectedEnd(called: Exclude<Called, { readonly kind: 'returned' }>): Outcome {
  return called.kind === 'trapped'
    ? failed('trapped', called.reason)
    : failed('hang', 'it neither returned nor trapped');
}

/** What becomes of a directive whose component has this outcome. */
function dependentOn(outcome: Outcome): Outcome {
  return outcome.verdict === 'unsupported' ? outcome : failed('not reached', 'its component failed');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
  return text === undefined ? 'nothing' : text.slice(0, 200);
}
