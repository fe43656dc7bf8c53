import type { WitType } from '@wasmlattice/rpc';
import { childTypes } from '../../formats/component/types/walk.js';
import { createJcoEngine } from '../jco/index.js';
import { engineCompliance } from './engine-compliance.js';

// jco 1.35 mixes up the cases of a result inside of a result.
engineCompliance(createJcoEngine(), { passes: (type) => !hasResultInResult(type) });

function hasResultInResult(type: WitType, inResult = false): boolean {
  if (inResult && type.kind === 'result') return true;
  return childTypes(type).some((child) => hasResultInResult(child, inResult || type.kind === 'result'));
}
