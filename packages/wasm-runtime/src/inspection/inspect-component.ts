import {
  type ComponentReport,
  type ComponentValidator,
  createComponentValidator,
  featureTitle,
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
  /** Whether it is a component that breaks no rule of the format. */
  readonly valid: boolean;
  /** The engine it would run on; `undefined` when it would not run. */
  readonly engine: string | undefined;
  /** Why it would not run, and what to do; `undefined` when it would. */
  readonly obstacle: string | undefined;
  /** Absent when it was not found valid. */
  readonly report: InspectedReport | undefined;
  /** Absent when its types can't be read. */
  readonly imports: readonly InspectedInterface[] | undefined;
  readonly exports: readonly InspectedInterface[] | undefined;
}

export interface InspectedReport extends Omit<ComponentReport, 'features'> {
  readonly features: readonly { readonly name: string; readonly title: string }[];
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
  if (refusal !== undefined) return describe(bytes, { valid, obstacle: describeCause(refusal) });
  let types: ComponentTypes | undefined;
  try {
    types = decodeComponent(bytes);
  } catch {
    // Preparing it says why.
  }
  const preparation = await prepare(bytes, options);
  return describe(bytes, { valid, report, ...preparation, ...(types && worldOf(types, component)) });
}

type Found = Partial<Omit<ComponentInspection, 'bytes'>> & { readonly valid: boolean };

function describe(bytes: Uint8Array, found: Found): ComponentInspection {
  const { valid, engine, obstacle, report, imports, exports } = found;
  return { bytes: bytes.length, valid, engine, obstacle, report, imports, exports };
}

async function findOut(
  validator: ComponentValidator,
  bytes: Uint8Array,
  component: string,
): Promise<{ readonly valid: boolean; readonly report?: InspectedReport; readonly refusal?: Error }> {
  try {
    assertComponent(bytes);
  } catch (error) {
    return { valid: false, refusal: error as Error };
  }
  const verdict = await validator.validate(bytes, { report: true });
  const refusal = refusalOf(verdict, component);
  if (refusal !== undefined) return { valid: verdict.kind === 'unsupported', refusal };
  const { features, ...report } = (verdict.kind === 'valid' ? verdict.report : undefined) ?? noReport;
  return {
    valid: true,
    report: { ...report, features: features.map((name) => ({ name, title: featureTitle(name) })) },
  };
}

const noReport: ComponentReport = { coreModules: [], components: 0, customBytes: 0, features: [] };

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

function worldOf(types: ComponentTypes, component: string): Pick<Found, 'imports' | 'exports'> {
  const host = { component, interfaces: hostInterfaces, unavailable: unavailableInterfaces };
  try {
    linkImports(types, host);
    return describeWorld(types, isHostedBy(host), []);
  } catch (error) {
    if (!(error instanceof MissingImportError)) throw error;
    return describeWorld(types, isHostedBy(host), error.missing);
  }
}
