import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Finding, findingsOf } from './finding.js';

const node = findingsOf('node', 'Node.js');
const files = findingsOf('open-files', 'open files');
const areas = findingsOf('mapped-areas', 'mapped areas');

const neededNode = 26;
/** A connection takes one; a host under load has thousands. */
const enoughFiles = 4_096;
/** What Linux has by default. */
const usualAreas = 65_530;

export function nodeFinding(version: string): Finding {
  return Number.parseInt(version, 10) >= neededNode
    ? node.ok(version)
    : node.problem(`${version}: ${neededNode} or later is needed`, 'install it from https://nodejs.org');
}

/** What the system allows a process, as far as it says so: Linux does. */
export async function limitFindings(read: (path: string) => Promise<string> = readText): Promise<Finding[]> {
  const limits = await read('/proc/self/limits').catch(() => '');
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  const mapped = Number(await read('/proc/sys/vm/max_map_count').catch(() => ''));
  return [
    ...(soft === undefined ? [] : [fileFinding(Number(soft))]),
    ...(mapped > 0 ? [areaFinding(mapped)] : []),
  ];
}

function fileFinding(soft: number): Finding {
  return soft >= enoughFiles
    ? files.ok(`a process may have ${soft}`)
    : files.warning(
        `a process may have ${soft}, and a busy host needs more`,
        'ulimit -n 65536   (for a service: LimitNOFILE=65536)',
      );
}

function areaFinding(count: number): Finding {
  return count >= usualAreas
    ? areas.ok(`a process may have ${count}`)
    : areas.warning(`a process may have ${count}: few guests fit`, 'sysctl -w vm.max_map_count=262144');
}

/** A folder of a host or of this program. */
export interface UsedFolder {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  /** The flag that names another one. */
  readonly flag: string;
}

const leastBytes = 100e6;
const fewBytes = 1e9;

/**
 * Whether a folder can be written, or made, and what room there is. Nothing is made.
 *
 * @param room bytes that this user may write where a folder is
 */
export async function folderFinding(
  { id, title, path, flag }: UsedFolder,
  room: (folder: string) => Promise<number> = roomIn,
): Promise<Finding> {
  const { ok, warning, problem } = findingsOf(id, title);
  const existing = await existingFolder(path);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
  } catch {
    return problem(
      existing === path ? `${path} can't be written` : `${path} can't be made: ${existing} can't be written`,
      `chown -R "$USER" ${existing}   (or name another folder with ${flag})`,
    );
  }
  const free = await room(existing);
  const text = `${path}, ${free >= 1e9 ? `${Math.round(free / 1e8) / 10} GB` : `${Math.round(free / 1e6)} MB`} free`;
  const fix = `df -h ${existing}   (make room, or name another folder with ${flag})`;
  if (free < leastBytes) return problem(text, fix);
  return free < fewBytes ? warning(text, fix) : ok(text);
}

async function roomIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function existingFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const isThere = await access(folder).then(
      () => true,
      () => false,
    );
    if (isThere || folder === dirname(folder)) return folder;
  }
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8');
}
