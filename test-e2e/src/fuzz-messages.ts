import type { Chaos } from '@wasmlattice/test-support';

/** What is published: any bytes, with a reply subject and a header or without. */
export interface FuzzMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly reply: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Names that objects have anyway, names that would be more than one token, and others that somebody may think of. */
const names = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'],
  ...[
    '',
    ' ',
    'a b',
    'a.b',
    'a.*',
    '>',
    '*',
    '$JS',
    '..',
    '../../etc',
    '/',
    '\u0000',
    '\u{1f980}',
    'ß'.repeat(300),
  ],
  ...['fuzz-1', 'fuzz-2', 'fuzz-3', 'default', 'SECRET_fuzz', 'hostcore.os', 'x'.repeat(2_000)],
];

/** References that nobody goes out for: no file, or no reference at all. */
const references = [
  'file:///fuzz/none.wasm',
  'file:///dev/null',
  '',
  ' ',
  'oci://',
  'a b:c',
  'wasmcloud+builtin://fuzz',
  '\u0000',
];

const members = [
  ...[
    'component_id',
    'component_ref',
    'provider_id',
    'provider_ref',
    'new_component_ref',
    'host_id',
    'count',
    'max_instances',
  ],
  ...[
    'annotations',
    'constraints',
    'config',
    'allow_update',
    'key',
    'value',
    'source_id',
    'target',
    'name',
    'wit_namespace',
  ],
  ...[
    'wit_package',
    'interfaces',
    'source_config',
    'target_config',
    'component_limits',
    'timeout',
    'requestId',
    'permitted',
  ],
];

/** Commands that hosts read, but for what they are about. */
const commands: readonly Readonly<Record<string, unknown>>[] = [
  {
    component_id: 'fuzz-1',
    component_ref: 'file:///fuzz/none.wasm',
    count: 1,
    host_id: 'N',
    config: [],
    annotations: {},
  },
  { component_id: 'fuzz-1', new_component_ref: 'file:///fuzz/none.wasm', host_id: 'N', annotations: null },
  { component_ref: 'file:///fuzz/none.wasm', component_id: 'fuzz-1', constraints: {} },
  { provider_id: 'fuzz-2', provider_ref: 'file:///fuzz/none', host_id: 'N', config: [] },
  {
    source_id: 'fuzz-1',
    target: 'fuzz-2',
    name: 'default',
    wit_namespace: 'a',
    wit_package: 'b',
    interfaces: ['c'],
  },
  { key: 'fuzz-label', value: 'x' },
  { url: '', links: [] },
  { requestId: 'x', permitted: false },
];

/** Messages that a seed determines. */
export class FuzzMessages {
  readonly #chaos: Chaos;
  readonly #replies: readonly string[];

  /** @param replies subjects to be answered at */
  constructor(chaos: Chaos, replies: readonly string[]) {
    this.#chaos = chaos;
    this.#replies = replies;
  }

  /** @param pattern a subject that somebody subscribes to, with wildcards */
  next(pattern: string): FuzzMessage {
    const subject = pattern
      .split('.')
      .flatMap((token) => (token === '*' ? [this.#token()] : token === '>' ? this.#tokens() : [token]))
      .join('.');
    const isStop = subject.includes('.host.stop.');
    const isRecord = subject.startsWith('$KV.');
    return {
      subject,
      // Nothing in it is a wish to stop the host.
      payload: isStop ? this.#wrongStop() : this.#payload(),
      // JetStream, too, answers wherever it is asked to.
      reply: !isRecord && this.#chaos.happens(0.7) ? this.#chaos.oneOf(...this.#replies) : undefined,
      headers: this.#chaos.happens(0.1) ? this.#headers() : {},
    };
  }

  #wrongStop(): Uint8Array {
    return Buffer.from(
      this.#chaos.oneOf('[', '7', '"x"', '{"host_id":7}', '{"host_id":"NELSEWHERE"}', '[{}]'),
    );
  }

  #payload(): Uint8Array {
    const chaos = this.#chaos;
    switch (chaos.below(7)) {
      case 0:
        return new Uint8Array(0);
      case 1:
        return Uint8Array.from({ length: chaos.below(64) }, () => chaos.below(256));
      case 2:
        return Buffer.from(this.#json(3));
      case 3:
        return this.#broken(Buffer.from(JSON.stringify(this.#command())));
      default:
        return Buffer.from(JSON.stringify(this.#command()));
    }
  }

  /** A command with one member of another kind, missing, or of another name. */
  #command(): unknown {
    const command: Record<string, unknown> = { ...this.#chaos.oneOf(...commands) };
    const [member] = Object.keys(command).toSorted(() => this.#chaos.below(3) - 1);
    if (member !== undefined && this.#chaos.happens(0.8)) {
      if (this.#chaos.happens(0.2)) delete command[member];
      else if (/_ref$/.test(member)) command[member] = this.#chaos.oneOf<unknown>(...references, 7, null);
      else command[member] = JSON.parse(this.#json(2));
    }
    return command;
  }

  /** Text, as an object of JavaScript would not keep a member `__proto__`. */
  #json(depth: number): string {
    const chaos = this.#chaos;
    const name = (): string => JSON.stringify(chaos.oneOf(...names, ...members));
    switch (depth === 0 ? chaos.below(5) : chaos.below(8)) {
      case 0:
        return chaos.oneOf('null', 'true', 'false');
      case 1:
        return chaos.oneOf('0', '-1', '4294967296', '1e400', '0.5', '-0', '9007199254740993');
      case 2:
      case 3:
      case 4:
        return name();
      case 5:
        return `[${Array.from({ length: chaos.below(4) }, () => this.#json(depth - 1)).join()}]`;
      default:
        return `{${Array.from({ length: chaos.below(4) }, () => `${name()}:${this.#json(depth - 1)}`).join()}}`;
    }
  }

  #broken(bytes: Uint8Array): Uint8Array {
    const broken = bytes.slice(0, 1 + this.#chaos.below(bytes.length));
    broken[this.#chaos.below(broken.length)] = this.#chaos.below(256);
    return broken;
  }

  #headers(): Readonly<Record<string, string>> {
    const chaos = this.#chaos;
    return {
      traceparent: chaos.oneOf(
        '',
        'x',
        `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`,
        `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      ),
      tracestate: chaos.oneOf('', `a=1${' '.repeat(2_000)}b`, ','.repeat(500)),
      'source-id': chaos.oneOf(...names.filter((name) => /^[\x21-\x7e]{1,200}$/.test(name))),
      [chaos.oneOf('__proto__', 'constructor', 'link-name', 'Nats-Expected-Stream')]: 'x',
    };
  }

  #token(): string {
    const chaos = this.#chaos;
    return chaos.oneOf(
      'put',
      'del',
      'get',
      'start',
      'stop',
      'scale',
      'update',
      'ping',
      '__proto__',
      'constructor',
      'fuzz-1',
      '=',
      '$x',
    );
  }

  #tokens(): string[] {
    return Array.from({ length: 1 + this.#chaos.below(3) }, () => this.#token());
  }
}
