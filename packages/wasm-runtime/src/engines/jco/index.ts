export { createJcoEngine, type JcoEngineOptions } from './jco-engine.js';
