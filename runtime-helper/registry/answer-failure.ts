import type { ErrorCode } from '../lib/errors.ts';
import { RegistryFailure } from './failure.ts';
import { readBody, type HttpResponse } from './transport.ts';
import { phrase } from '../lib/phrase.ts';

const maxErrorBytes = 64 * 1024;
const maxText = 300;
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid-argument',
  401: 'permission-denied',
  403: 'permission-denied',
  404: 'not-found',
  405: 'not-implemented',
  409: 'conflict',
};

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Makes an error of an answer that is none of the expected, in the registry's own words where it has some. */
export async function answerFailure(response: HttpResponse): Promise<RegistryFailure> {
  const { status, headers, url } = response;
  const said = await readBody(response, maxErrorBytes).then(wordsOf, () => '');
  const name = `${status} ${statusTexts[status] ?? ''}`.trim();
  const retryAfterMs = waitOf(headers['retry-after']);
  return new RegistryFailure(
    codes[status] ?? 'unavailable',
    said || phrase('{0}{1}: unexpected status {2}', url.origin, url.pathname, name),
    {
      status,
      transient: passing.has(status),
      ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
    },
  );
}

/** Seconds, or the time of day (RFC 9110, section 10.2.3). NaN: it says nothing. */
function waitOf(header = ''): number {
  return /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
}

/** `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}` → `manifest unknown: manifest unknown`, as Docker prints it. */
function wordsOf(body: Buffer): string {
  try {
    const { errors, details } = JSON.parse(body.toString('utf8')) as { errors?: unknown; details?: unknown };
    if (Array.isArray(errors)) return errors.map(lineOf).filter(Boolean).join(', ').slice(0, maxText);
    return typeof details === 'string' ? details.slice(0, maxText) : '';
  } catch {
    return '';
  }
}

function lineOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, message } = error as { code?: unknown; message?: unknown };
  const words = typeof code === 'string' ? code.toLowerCase().replaceAll('_', ' ') : '';
  return [words, typeof message === 'string' ? message : ''].filter(Boolean).join(': ');
}
