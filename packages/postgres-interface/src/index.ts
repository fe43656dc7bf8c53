export {
  type Column,
  type Copy,
  copy,
  type Date,
  type Describe,
  databaseExports,
  describe,
  type Interval,
  type Lexeme,
  type LexemeWeight,
  type MacAddressEui48,
  type MacAddressEui64,
  type Offset,
  type PgValue,
  type Prepared,
  type PreparedStatementExecError,
  prepared,
  type Query,
  type QueryError,
  query,
  type ResultRowEntry,
  type StatementPrepareError,
  type Time,
  type Timestamp,
  type TimestampTz,
  type TimeTz,
} from './postgres-wit.js';
export { PreparedStatements, UnknownStatementError } from './prepared-statements.js';
export { readChars, writeChars, writeSizedChars } from './values/chars.js';
export {
  readDate,
  readTime,
  readTimestamp,
  readTimestampTz,
  readTimeTz,
  writeDate,
  writeTime,
  writeTimestamp,
  writeTimestampTz,
  writeTimeTz,
} from './values/date-time.js';
export { composeFloat, type DecomposedFloat, decomposeFloat, floatText } from './values/float.js';
export { InvalidValueError, match, NoFormError } from './values/invalid-value.js';
