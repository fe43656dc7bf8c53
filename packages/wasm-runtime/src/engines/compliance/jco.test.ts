import type { WitType } from '@wasmlattice/rpc';
import { childTypes } from '../../formats/component/types/walk.js';
import { createJcoEngine } from '../jco/index.js';
import { engineCompliance } from './engine-compliance.js';
import { preparedElsewhere } from './prepared-elsewhere.js';

const engine = createJcoEngine();
const options = {
  // jco 1.35 mixes up the cases of a result inside of a result, and its code for maps and lists of a fixed length does not run.
  passes: (type: WitType) => !hasResultInResult(type) && !mentions(type, ['map', 'fixed-list']),
  // Its generated code counts nothing, and its traps tell nothing of memory and tables.
  leaves: ['memory', 'table-elements', 'stack', 'handles', 'host-call-bytes', 'host-call-elements'] as const,
  exports: 100,
};
engineCompliance(engine, options);
engineCompliance(preparedElsewhere(engine, 'trusted-jco'), options);

function hasResultInResult(type: WitType, inResult = false): boolean {
  if (inResult && type.kind === 'result') return true;
  return childTypes(type).some((child) => hasResultInResult(child, inResult || type.kind === 'result'));
}

function mentions(type: WitType, kinds: readonly WitType['kind'][]): boolean {
  return kinds.includes(type.kind) || childTypes(type).some((child) => mentions(child, kinds));
}
