import { UsageError } from '../usage-error.ts';
import { isMap, Nil } from './values.ts';

export type TemplateFunction = (...args: unknown[]) => unknown;

/** Go's own functions and those that Docker adds (cli/templates/templates.go). */
export const functions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['json', (value) => toJson(value)],
  ['upper', (value) => display(value).toUpperCase()],
  ['lower', (value) => display(value).toLowerCase()],
  ['title', (value) => display(value).replaceAll(/(?<![\p{L}\p{N}_'])\p{L}/gu, (letter) => letter.toUpperCase())],
  ['split', (text, separator) => display(text).split(display(separator))],
  ['join', (list, separator) => listOf(list).map(display).join(display(separator))],
  [
    'pad',
    (text, before, after) => display(text) && ' '.repeat(Number(before)) + display(text) + ' '.repeat(Number(after)),
  ],
  ['truncate', (text, length) => display(text).slice(0, Number(length))],
  ['len', lengthOf],
  ['index', (value, ...keys) => keys.reduce((inside, key) => indexed(inside, key), value)],
  ['slice', sliced],
  ['print', (...values) => values.map(displayInside).join('')],
  ['println', (...values) => `${values.map(displayInside).join(' ')}\n`],
  ['printf', (format, ...values) => printf(display(format), values)],
  ['eq', (first, ...others) => others.some((other) => first === other)],
  ['ne', (a, b) => a !== b],
  ['lt', (a, b) => compare(a, b) < 0],
  ['le', (a, b) => compare(a, b) <= 0],
  ['gt', (a, b) => compare(a, b) > 0],
  ['ge', (a, b) => compare(a, b) >= 0],
  ['html', (value) => displayInside(value).replaceAll(/[&<>"']/g, (one) => htmlNames[one] ?? one)],
  ['urlquery', (value) => encodeURIComponent(displayInside(value)).replaceAll('%20', '+')],
  ['not', (value) => !isTrue(value)],
  ['and', (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1)],
  ['or', (...values) => values.find(isTrue) ?? values.at(-1)],
]);

const htmlNames: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** As text/template sees it: zero, nothing and empty are false. */
export function isTrue(value: unknown): boolean {
  if (value instanceof Nil) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** As Go prints a value: `[a b]`, `map[k:v]`, a structure's fields as `{a b}`, `<no value>` for what is not there, `<nil>` for null. */
export function display(value: unknown): string {
  return value === undefined ? '<no value>' : displayInside(value);
}

/** What is not there is nil to a function, and in a list. */
function displayInside(value: unknown): string {
  if (value === undefined || value === null) return '<nil>';
  if (value instanceof Nil) return value.kind === 'map' ? 'map[]' : '[]';
  if (Array.isArray(value)) return `[${value.map(displayInside).join(' ')}]`;
  if (typeof value === 'object') {
    if (!isMap(value)) return `{${Object.values(value).map(displayInside).join(' ')}}`;
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, one]) => `${key}:${displayInside(one)}`).join(' ')}]`;
  }
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

function lengthOf(value: unknown): number {
  if (value instanceof Nil) return 0;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A key that a map does not have gives nothing; a place that a list does not have is an error. */
function indexed(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) {
    const at = Number(key);
    if (!Number.isInteger(at) || at < 0 || at >= value.length)
      throw new UsageError(`template: error calling index: index out of range: ${display(key)}`, 1);
    return value[at] as unknown;
  }
  if (typeof value !== 'object' || value === null)
    throw new UsageError('template: error calling index: index of untyped nil', 1);
  const name = display(key);
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  // The zero value: an empty text where all are texts.
  return Object.values(value).every((one) => typeof one === 'string') ? '' : null;
}

function sliced(value: unknown, from: unknown, to: unknown): unknown {
  const [start, end] = [Number(from ?? 0), to === undefined ? undefined : Number(to)];
  return Array.isArray(value) ? value.slice(start, end) : display(value).slice(start, end);
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [display(a), display(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The verbs that templates use: %s %v %d %q %t %x %f with width, precision, `-` and `0`. */
function printf(format: string, values: readonly unknown[]): string {
  const rest = [...values];
  return format.replaceAll(/%([-0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g, (_, flags: string, width, precision, verb) => {
    if (verb === '%') return '%';
    if (rest.length === 0) return `%!${String(verb)}(MISSING)`;
    const text = formatted(rest.shift(), String(verb), precision === undefined ? undefined : Number(precision));
    const columns = Number(width ?? 0);
    if (flags.includes('-')) return text.padEnd(columns);
    return text.padStart(columns, flags.includes('0') ? '0' : ' ');
  });
}

function formatted(value: unknown, verb: string, precision: number | undefined): string {
  switch (verb) {
    case 'q':
      return JSON.stringify(display(value));
    case 'x':
      return typeof value === 'number' ? value.toString(16) : Buffer.from(display(value)).toString('hex');
    case 'f':
      return Number(value).toFixed(precision ?? 6);
    default:
      return precision === undefined ? displayInside(value) : displayInside(value).slice(0, precision);
  }
}
