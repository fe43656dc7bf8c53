import { readFile } from 'node:fs/promises';
import { noopLogger } from '@wasmlattice/telemetry';
import {
  decodeComponent,
  GuestClock,
  GuestSlices,
  InstancePool,
  type InvocationContext,
  linkImports,
} from '@wasmlattice/wasm-runtime';
import { type ComponentInstance, type ComponentTypes, createEngine } from '@wasmlattice/wasm-runtime/engines';
import { hostInterfaces, unavailableInterfaces } from '@wasmlattice/wasm-runtime/host-functions';

export interface EngineGuestOptions {
  /** Of the component. */
  readonly file: string;
  /** Whether it is compiled with checks and a clock runs, as in a host; default true. */
  readonly preemptible?: boolean;
}

/** A component in the engine `direct` of this thread, without a host around it. */
export interface EngineGuest extends AsyncDisposable {
  readonly types: ComponentTypes;
  /** One invocation, which begins with the guest's first state. */
  run<T>(invocation: (instance: ComponentInstance) => Promise<T>): Promise<T>;
}

const component = 'guest';

const context: InvocationContext = {
  componentId: component,
  logger: noopLogger,
  config: () => new Map(),
  links: {
    invoke: () => Promise.reject(new Error('the guest has no links')),
    setLinkName: (_, [first]) => first ?? '',
  },
};

export async function startEngineGuest({
  file,
  preemptible = true,
}: EngineGuestOptions): Promise<EngineGuest> {
  await using started = new AsyncDisposableStack();
  const bytes = await readFile(file);
  const types = decodeComponent(bytes);
  const linkage = linkImports(types, {
    component,
    interfaces: hostInterfaces,
    unavailable: unavailableInterfaces,
  });
  const clock = preemptible ? started.adopt(new GuestClock(), (each) => each.close()) : undefined;
  const engine = createEngine({ choice: 'direct', preemption: clock && new GuestSlices(clock.add(0)) });
  const compiled = await engine.compile(bytes, { component, suspends: linkage.suspends, preemptible });
  started.defer(() => compiled.dispose?.());
  const pool = new InstancePool({ component, compiled, linkage, maxInstances: 1 });
  started.defer(() => pool.close());
  const all = started.move();
  return {
    types,
    run: (invocation) => pool.run(context, invocation),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
