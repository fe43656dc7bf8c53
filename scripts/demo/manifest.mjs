import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseDocument } from 'yaml';

/**
 * Copies an application's manifest to `target` with its HTTP address changed to `address`. Relative images are made
 * absolute, since they are relative to the folder of the manifest.
 */
export async function writeManifestWithAddress(source, target, address) {
  const document = parseDocument(await readFile(source, 'utf8'));
  const application = document.toJS();
  for (const { properties, traits = [] } of application.spec.components) {
    properties.image = absoluteImage(properties.image, dirname(source));
    for (const { properties: trait } of traits) {
      for (const config of trait.source_config ?? []) {
        if (config.properties?.address !== undefined) config.properties.address = address;
      }
    }
  }
  // JSON is YAML.
  await writeFile(target, JSON.stringify(application, undefined, 2));
  return target;
}

function absoluteImage(image, folder) {
  return image.startsWith('file://.')
    ? pathToFileURL(resolve(folder, image.slice('file://'.length))).href
    : image;
}
