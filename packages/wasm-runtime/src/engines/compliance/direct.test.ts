import { createDirectEngine } from '../direct/index.js';
import { engineCompliance } from './engine-compliance.js';

engineCompliance(createDirectEngine());
