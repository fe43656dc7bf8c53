/**
 * What was wrong with a value or with bytes.
 *
 * | code | meaning |
 * |---|---|
 * | `bad-value` | encode: the value is not one of its WIT type |
 * | `unsupported-type` | the type can't travel over wRPC 0.0.1 (`error-context`) |
 * | `truncated` | the bytes end before the value does |
 * | `trailing-bytes` | bytes follow the value |
 * | `bad-integer` | LEB128 longer or larger than its type |
 * | `bad-bool`, `bad-char`, `bad-utf8` | bytes that are no value of the type |
 * | `bad-discriminant` | no such option, result, variant or enum case |
 * | `bad-flags` | a bit beyond the declared flags is set |
 * | `limit-nesting`, `limit-elements`, `limit-bytes` | more than {@link CodecLimits} allow |
 */
export type CodecErrorCode =
  | 'bad-value'
  | 'unsupported-type'
  | 'truncated'
  | 'trailing-bytes'
  | 'bad-integer'
  | 'bad-bool'
  | 'bad-char'
  | 'bad-utf8'
  | 'bad-discriminant'
  | 'bad-flags'
  | 'limit-nesting'
  | 'limit-elements'
  | 'limit-bytes';

/** A value that can't be encoded or bytes that can't be decoded. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly code: CodecErrorCode;

  constructor(code: CodecErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
