import type { ComponentMetadata } from '@wasmlattice/identity';
import type { Command } from 'commander';
import { readWholeNumber, usageError } from '../global-options.js';

/** What a component's token says, as flags give it. */
export interface ComponentMetadataOptions {
  readonly name: string;
  readonly tag: readonly string[];
  readonly rev?: string;
  readonly ver?: string;
  readonly callAlias?: string;
}

const mostRevision = 2 ** 31 - 1;

export function addComponentMetadata(command: Command): Command {
  const collect = (tag: string, tags: readonly string[]): readonly string[] => [...tags, tag];
  return command
    .requiredOption('-n, --name <name>', 'what the component is called, without a version')
    .option('-t, --tag <tag>', 'a tag; may be repeated', collect, [])
    .option('-r, --rev <number>', 'revision, a number that grows')
    .option('-v, --ver <version>', 'version for people')
    .option('-a, --call-alias <alias>', 'alias for calls: lower-case letters, digits, `_` and `/`');
}

/** @throws CliError for a revision or an alias of another form */
export function readComponentMetadata(options: ComponentMetadataOptions): Omit<ComponentMetadata, 'hash'> {
  const { name, tag, rev, ver, callAlias } = options;
  if (callAlias !== undefined && !/^[a-z0-9_/]+$/.test(callAlias)) {
    throw usageError(
      `the call alias is \`${callAlias}\``,
      'use lower-case letters, digits, `_` and `/` only',
    );
  }
  return {
    name,
    tags: tag,
    revision: readRevision(rev, '--rev'),
    version: ver,
    callAlias,
    provider: false,
  };
}

export function readRevision(text: string | undefined, flag: string): number | undefined {
  return text === undefined ? undefined : readWholeNumber(text, flag, 0, mostRevision);
}
