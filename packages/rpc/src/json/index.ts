export { jsonToValue } from './json-to-value.js';
export { JsonValueError } from './json-value-error.js';
export { type JsonValue, valueToJson } from './value-to-json.js';
export { typeWithoutJson } from './without-json.js';
