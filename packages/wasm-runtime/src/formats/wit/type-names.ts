import type { PrimitiveKind, WitResource, WitType } from '@wasmlattice/rpc';
import type { Tokens } from './tokens.js';

/** What a name stands for. */
export type Named =
  | { readonly kind: 'type'; readonly type: WitType }
  | { readonly kind: 'resource'; readonly resource: WitResource };

/** Names of one interface, looked up once all of them are known. */
export type TypeNames = Map<string, () => Named>;

/** What a name stands for is one object wherever it is meant. */
export function named(resolve: () => Named): () => Named {
  let known: Named | undefined;
  return () => {
    known ??= resolve();
    return known;
  };
}

export function typeNamed(resolve: () => WitType): () => Named {
  return named(() => ({ kind: 'type', type: resolve() }));
}

export function resourceNamed(resource: WitResource): () => Named {
  return () => ({ kind: 'resource', resource });
}

const primitives: ReadonlySet<string> = new Set<PrimitiveKind>([
  'bool',
  'u8',
  'u16',
  'u32',
  'u64',
  's8',
  's16',
  's32',
  's64',
  'f32',
  'f64',
  'char',
  'string',
  'error-context',
]);

/** Reads a type, and gives what resolves it later. */
export function typeReader(tokens: Tokens, names: TypeNames): () => () => WitType {
  const lookUp = (name: string): Named => {
    const found = names.get(name);
    if (found === undefined) throw new SyntaxError(`WIT: there is no type ${name}`);
    return found();
  };

  const resource = (name: string): WitResource => {
    const found = lookUp(name);
    if (found.kind === 'resource') return found.resource;
    throw new SyntaxError(`WIT: ${name} is no resource`);
  };

  const args = (): (() => WitType)[] => {
    tokens.expect('<');
    return tokens.list('>', read);
  };

  const arg = (): (() => WitType) => {
    const [only = nothing, ...more] = args();
    if (more.length > 0) throw tokens.unexpected(tokens.peek(), 'one type');
    return only;
  };

  const optionalArg = (): (() => WitType) | undefined => (tokens.peek() === '<' ? arg() : undefined);

  /** `list<T>`, `list<T, 4>` */
  const readList = (): (() => WitType) => {
    tokens.expect('<');
    const element = read();
    const length = tokens.accept(',') ? Number(tokens.next()) : undefined;
    tokens.expect('>');
    if (length === undefined) return () => ({ kind: 'list', element: element() });
    return () => ({ kind: 'fixed-list', element: element(), length });
  };

  /** `result`, `result<T>`, `result<_, E>`, `result<T, E>` */
  const readResult = (): (() => WitType) => {
    const part = (): (() => WitType) | undefined => (tokens.accept('_') ? undefined : read());
    const [ok, err] = tokens.accept('<') ? tokens.list('>', part) : [];
    return () => ({ kind: 'result', ...(ok && { ok: ok() }), ...(err && { err: err() }) });
  };

  function read(): () => WitType {
    const name = tokens.name();
    switch (name) {
      case 'list':
        return readList();
      case 'map': {
        const [key = nothing, value = nothing] = args();
        return () => ({ kind: 'map', key: key(), value: value() });
      }
      case 'option': {
        const some = arg();
        return () => ({ kind: 'option', some: some() });
      }
      case 'tuple': {
        const items = args();
        return () => ({ kind: 'tuple', items: items.map((item) => item()) });
      }
      case 'result':
        return readResult();
      case 'own':
      case 'borrow': {
        tokens.expect('<');
        const of = tokens.name();
        tokens.expect('>');
        return () => ({ kind: name, resource: resource(of) });
      }
      case 'stream': {
        const element = optionalArg();
        return () => ({ kind: 'stream', ...(element && { element: element() }) });
      }
      case 'future': {
        const value = optionalArg();
        return () => ({ kind: 'future', ...(value && { value: value() }) });
      }
      default:
        if (primitives.has(name)) return () => ({ kind: name as PrimitiveKind });
        return () => {
          const found = lookUp(name);
          return found.kind === 'type' ? found.type : { kind: 'own', resource: found.resource };
        };
    }
  }
  return read;
}

const nothing = (): WitType => {
  throw new SyntaxError('WIT: a type is missing');
};
