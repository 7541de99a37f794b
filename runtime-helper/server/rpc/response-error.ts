import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { asSkiffError } from '../../lib/errors.ts';
import { rpcErrorNumber, type ErrorCode, type ErrorData } from '../../protocol/index.ts';

// LSP 3.17, Response Message: the client asked for it, and expects this number.
const requestCancelled = -32800;

/** An error of the engine as it travels. */
export function asResponseError(error: unknown): ResponseError<unknown> {
  if (error instanceof ResponseError) return error;
  const { code, message, hint, phrase, exitCode, option, portInUse } = asSkiffError(error);
  return new ResponseError(code === 'canceled' ? requestCancelled : rpcErrorNumber, message, {
    code,
    ...(hint === undefined ? {} : { hint }),
    ...(phrase === undefined ? {} : { phrase }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(option === undefined ? {} : { option }),
    ...(portInUse === undefined ? {} : { portInUse }),
  });
}

const protocolError = (number: number, code: ErrorCode) => (message: string) =>
  new ResponseError<ErrorData>(number, message, { code });

export const methodNotFound = protocolError(ErrorCodes.MethodNotFound, 'not-implemented');
export const invalidParams = protocolError(ErrorCodes.InvalidParams, 'invalid-argument');
export const invalidRequest = protocolError(ErrorCodes.InvalidRequest, 'failed-precondition');
export const notInitialized = protocolError(ErrorCodes.ServerNotInitialized, 'failed-precondition');
