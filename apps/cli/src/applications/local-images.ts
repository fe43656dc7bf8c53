import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  checkExports,
  checkImports,
  describeProblem,
  type ManifestDocument,
  ManifestError,
  type ManifestProblem,
  pathOfImage,
  resolveImage,
} from '@wasmlattice/applications';
import { createComponentTypesReader } from '@wasmlattice/wasm-runtime/engines';
import type { CliIo } from '../cli-io.js';
import { startsLikeComponent } from '../component-magic.js';
import type { ManifestFile } from './application-source.js';
import { linkedInterfaces } from './linked-interfaces.js';

/**
 * A missing file and a link that its component can't use are told before anything is changed.
 *
 * @returns the SHA-256 of each local image, by the name of its component
 */
export async function checkLocalImages(
  { fileName, folder, manifest, problemOf }: ManifestFile,
  io: CliIo,
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  const problems: ManifestProblem[] = [];
  const warn = (problem: ManifestProblem): void => io.err(`warning: ${describeProblem(fileName, problem)}\n`);
  const linked = new Set(manifest.components.flatMap(({ links }) => links.map(({ target }) => target)));
  const exported = new Map<string, ReadonlySet<string>>();
  await using reader = createComponentTypesReader();
  for (const component of manifest.components) {
    const { kind, name, source } = component;
    if (source.kind !== 'image') continue;
    const { image, localFile } = resolveImage(source.image, folder);
    const path = localFile ?? pathOfImage(image);
    const bytes = path === undefined ? undefined : await readIfHere(path);
    if (path !== undefined && bytes === undefined) {
      const missing = (hint: string): ManifestProblem =>
        problemOf(component, ['image'], `the image of \`${name}\`, ${source.image}, is not there: ${hint}`);
      if (localFile !== undefined)
        problems.push(missing(`${localFile}; build it first, or correct the path`));
      else warn(missing('each host that is to run it needs it at that path'));
    }
    if (bytes === undefined) continue;
    digests.set(name, `sha256:${hash('sha256', bytes)}`);
    const hasLinks = component.links.length > 0 || linked.has(name);
    if (kind !== 'component' || !hasLinks || !startsLikeComponent(bytes)) continue;
    const types = await linkedInterfaces(reader, bytes, name);
    exported.set(name, types.exports);
    const { refusals, warnings } = checkImports(component, types.imports);
    for (const { at, link, message } of warnings) warn(problemOf(link, at, message));
    problems.push(...refusals.map(({ at, link, message }) => problemOf(link, at, message)));
  }
  const slips = checkExports(manifest.components, (name) => exported.get(name));
  problems.push(...slips.map(({ at, link, message }) => problemOf(link, at, message)));
  if (problems.length > 0) throw new ManifestError(fileName, problems);
  return digests;
}

const contentAnnotation = 'wasmlattice.dev/content.';

/**
 * The manifest with what its local files held, in annotations: code that was built again under the same name is another version, and
 * going back to the old one can be told from getting the old code back.
 */
export function withDigests(
  document: ManifestDocument,
  digests: ReadonlyMap<string, string>,
): ManifestDocument {
  const known = [...digests].filter(
    ([name]) => /^[A-Za-z0-9][\w.-]{0,50}$/.test(name) && /[A-Za-z0-9]$/.test(name),
  );
  const content = Object.fromEntries(known.map(([name, digest]) => [`${contentAnnotation}${name}`, digest]));
  const { metadata } = document;
  return { ...document, metadata: { ...metadata, annotations: { ...metadata.annotations, ...content } } };
}

/** Names of components whose local files hold something else than when the manifest was deployed. */
export function changedFiles(document: ManifestDocument, digests: ReadonlyMap<string, string>): string[] {
  const { annotations } = document.metadata;
  return [...digests].flatMap(([name, digest]) => {
    const deployed = annotations[`${contentAnnotation}${name}`];
    return deployed !== undefined && deployed !== digest ? [name] : [];
  });
}

async function readIfHere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch {
    return undefined;
  }
}
