import type { WitType } from '@wasmlattice/rpc';
import { childTypes } from '../../formats/component/types/walk.js';
import { createJcoEngine } from '../jco/index.js';
import { engineCompliance } from './engine-compliance.js';
import { preparedElsewhere } from './prepared-elsewhere.js';

const engine = createJcoEngine();
// jco 1.35 mixes up the cases of a result inside of a result.
const options = { passes: (type: WitType) => !hasResultInResult(type) };
engineCompliance(engine, options);
engineCompliance(preparedElsewhere(engine, 'jco'), options);

function hasResultInResult(type: WitType, inResult = false): boolean {
  if (inResult && type.kind === 'result') return true;
  return childTypes(type).some((child) => hasResultInResult(child, inResult || type.kind === 'result'));
}
