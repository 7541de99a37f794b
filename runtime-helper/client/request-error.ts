import type { Phrase } from '../protocol/phrase.ts';
import { errorCodes, type ErrorCode, type ErrorData, type PortInUse } from '../protocol/errors.ts';

/** A request that failed, with what the helper said about it. `helper-gone`: it ended, or never came up, before it answered. */
export class RequestError extends Error {
  readonly code: ErrorCode | 'helper-gone';
  readonly hint: Phrase | undefined;
  /** The message with its values apart; absent: it has no translation. */
  readonly phrase: Phrase | undefined;
  /** The option of `run` that it is about: `publish`. */
  readonly option: string | undefined;
  readonly portInUse: PortInUse | undefined;

  constructor(
    code: ErrorCode | 'helper-gone',
    message: string,
    details: Partial<Pick<ErrorData, 'hint' | 'phrase' | 'option' | 'portInUse'>> & { cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RequestError';
    this.code = code;
    this.hint = details.hint;
    this.phrase = details.phrase;
    this.option = details.option;
    this.portInUse = details.portInUse;
  }
}

// vscode-jsonrpc's ErrorCodes: the connection was closed, or disposed of, while the request was under way.
const goneNumbers = new Set([-32097, -32099]);

/** Gives whatever a connection rejects with a code of ours. */
export function asRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const { code: number, data } = (error ?? {}) as { code?: unknown; data?: unknown };
  if (isErrorData(data)) return new RequestError(data.code, message, { ...data, cause: error });
  if (typeof number === 'number' && goneNumbers.has(number)) {
    return new RequestError('helper-gone', "Skiff's helper ended before it answered", { cause: error });
  }
  return new RequestError('internal', message, { cause: error });
}

function isErrorData(data: unknown): data is ErrorData {
  return typeof data === 'object' && data !== null && 'code' in data && errorCodes.includes(data.code as ErrorCode);
}
