import {
  type ComponentReport,
  type ComponentValidator,
  createComponentValidator,
  featureTitle,
  isFeatureOn,
} from '@wasmlattice/component-validator';
import { codeLimits } from '../engines/component-limits.js';
import { createEngine } from '../engines/create-engine.js';
import type { ComponentTypes, Engine } from '../engines/engine.js';
import { describeCause } from '../errors.js';
import { assertComponent } from '../formats/component/detect-binary.js';
import { decodeComponent } from '../formats/component/index.js';
import { hostInterfaces, unavailableInterfaces } from '../host-functions/wasi/index.js';
import { defaultLimits } from '../limits/limit-table.js';
import { isHostedBy, linkImports } from '../linker/linker.js';
import { MissingImportError } from '../linker/missing-import-error.js';
import { prepareForHost } from '../preparer/prepare-for-host.js';
import { refusalOf } from '../validation/index.js';
import { describeWorld, type InspectedInterface } from './describe-world.js';

/** What is in a file, and whether a host with its default limits would run it. */
export interface ComponentInspection {
  /** Size of the file. */
  readonly bytes: number;
  /** Whether it is a component that breaks no rule of the format; `undefined` where finding out takes more than it may. */
  readonly valid: boolean | undefined;
  /** The engine it would run on; `undefined` when it would not run. */
  readonly engine: string | undefined;
  /** Why it would not run, and what to do; `undefined` when it would. */
  readonly obstacle: string | undefined;
  /** Absent for what is not valid. */
  readonly report: InspectedReport | undefined;
  /** Absent when its types can't be read. */
  readonly imports: readonly InspectedInterface[] | undefined;
  readonly exports: readonly InspectedInterface[] | undefined;
}

export interface InspectedReport extends Omit<ComponentReport, 'features'> {
  readonly features: readonly InspectedFeature[];
}

/** A feature of WebAssembly that a component uses. */
export interface InspectedFeature {
  /** As wasmparser has it: `SIMD`. */
  readonly name: string;
  readonly title: string;
  /** Whether components may use it here. */
  readonly on: boolean;
}

export interface InspectOptions {
  /** Names the component in texts. */
  readonly component: string;
  /** By default the one that a host has. */
  readonly engine?: Engine;
}

/** Validates, decodes, links and compiles a component, and runs nothing of it. What is wrong is told, not thrown. */
export async function inspectComponent(
  bytes: Uint8Array,
  options: InspectOptions,
): Promise<ComponentInspection> {
  const { component } = options;
  await using validator = createComponentValidator();
  const { valid, report, refusal } = await findOut(validator, bytes, component);
  const world = valid === true ? worldOf(bytes, component) : {};
  const preparation =
    refusal === undefined ? await prepare(bytes, options) : { obstacle: describeCause(refusal) };
  return describe(bytes, { valid, report, ...preparation, ...world });
}

type Found = Partial<Omit<ComponentInspection, 'bytes' | 'valid'>> & Pick<ComponentInspection, 'valid'>;

function describe(bytes: Uint8Array, found: Found): ComponentInspection {
  const { valid, engine, obstacle, report, imports, exports } = found;
  return { bytes: bytes.length, valid, engine, obstacle, report, imports, exports };
}

async function findOut(
  validator: ComponentValidator,
  bytes: Uint8Array,
  component: string,
): Promise<{
  readonly valid: boolean | undefined;
  readonly report?: InspectedReport | undefined;
  readonly refusal?: Error | undefined;
}> {
  try {
    assertComponent(bytes);
  } catch (error) {
    return { valid: false, refusal: error as Error };
  }
  const verdict = await validator.validate(bytes, { report: true });
  const refusal = refusalOf(verdict, component);
  if (verdict.kind === 'invalid') return { valid: false, refusal };
  if (verdict.kind === 'limit' || verdict.kind === 'exhausted') return { valid: undefined, refusal };
  return { valid: true, report: verdict.report && describeReport(verdict.report), refusal };
}

function describeReport({ features, ...report }: ComponentReport): InspectedReport {
  const describeFeature = (name: string): InspectedFeature => ({
    name,
    title: featureTitle(name),
    on: isFeatureOn(name),
  });
  return { ...report, features: features.map(describeFeature) };
}

async function prepare(
  bytes: Uint8Array,
  { component, engine = createEngine() }: InspectOptions,
): Promise<Pick<Found, 'engine' | 'obstacle'>> {
  try {
    const prepared = await prepareForHost(engine, bytes, { component, ...codeLimits(defaultLimits) });
    return { engine: prepared.engine };
  } catch (error) {
    return { obstacle: describeCause(error) };
  }
}

function worldOf(bytes: Uint8Array, component: string): Pick<Found, 'imports' | 'exports'> {
  let types: ComponentTypes;
  try {
    types = decodeComponent(bytes);
  } catch {
    // Why it would not run says why.
    return {};
  }
  const host = { component, interfaces: hostInterfaces, unavailable: unavailableInterfaces };
  try {
    linkImports(types, host);
    return describeWorld(types, isHostedBy(host), []);
  } catch (error) {
    if (!(error instanceof MissingImportError)) throw error;
    return describeWorld(types, isHostedBy(host), error.missing);
  }
}
