import { UsageError } from './usage-error.ts';

/**
 * `--format`: `json`, or the part of Go's templates that people use on one: fields (`{{.State.Pid}}`), `{{json .X}}`, `upper`,
 * `lower`, `len`, `{{"text"}}`, pipes of these, and trim marks. Throws UsageError for what is beyond that, or for a field that is not there.
 */
export function formatValue(value: unknown, format: string): string {
  if (format === 'json') return JSON.stringify(value);
  return expand(parseTemplate(format), value);
}

/** `--format` of a list: a line for each, or a table under the names of its fields. */
export function formatRows<Row extends Record<string, string>>(
  rows: readonly Row[],
  format: string,
  heads: Record<string, string>,
  table: (cells: readonly (readonly string[])[]) => string,
): string {
  if (format === 'json') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const [, template] = /^table(?:\s+(.*))?$/s.exec(format) ?? [];
  const parts = parseTemplate(unescape(template ?? format));
  const lines = rows.map((row) => expand(parts, row));
  if (template === undefined) return lines.map((line) => `${line}\n`).join('');
  return table([expand(parts, heads), ...lines].map((line) => line.split('\t')));
}

/** What a shell passes on as two characters. */
const unescape = (text: string): string => text.replaceAll('\\t', '\t').replaceAll('\\n', '\n');

type Part = string | { pipeline: string[][] };

function parseTemplate(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{(- )?(.*?)( -)?\}\}/gs)) {
    const [whole, trimBefore, inside = '', trimAfter] = match;
    const before = text.slice(at, match.index);
    parts.push(trimBefore ? before.trimEnd() : before, { pipeline: parsePipeline(inside) });
    at = match.index + whole.length;
    if (trimAfter) at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
  }
  const rest = text.slice(at);
  if (/\{\{|\}\}/.test(rest)) throw new UsageError('template parsing error: unclosed action', 1);
  return [...parts, rest];
}

const word = /"(?:[^"\\]|\\.)*"|`[^`]*`|[^\s|]+|\|/g;

function parsePipeline(text: string): string[][] {
  const stages: string[][] = [[]];
  for (const [token] of text.matchAll(word)) {
    if (token === '|') stages.push([]);
    else stages.at(-1)?.push(token);
  }
  const [first = ''] = stages[0] ?? [];
  if (/^(range|if|with|end|else|define|template|block|\$\w*)/.test(first))
    throw new UsageError(`template: {{${text}}} is not built yet: only fields and json, upper, lower, len are`, 1);
  if (stages.some((stage) => stage.length === 0)) throw new UsageError('template parsing error: missing value', 1);
  return stages;
}

function expand(parts: readonly Part[], value: unknown): string {
  return parts.map((part) => (typeof part === 'string' ? part : display(evaluate(part.pipeline, value)))).join('');
}

/** The result of a stage is the last argument of the next. */
function evaluate(pipeline: readonly string[][], dot: unknown): unknown {
  let result: { value: unknown } | undefined;
  for (const [head = '', ...words] of pipeline) {
    const args = [...words.map((argument) => operand(argument, dot)), ...(result ? [result.value] : [])];
    const call = functions.get(head);
    if (call) result = { value: call(args.at(-1)) };
    else if (args.length === 0) result = { value: operand(head, dot) };
    else throw new UsageError(`template: function "${head}" is not built yet`, 1);
  }
  return result?.value;
}

const functions = new Map<string, (value: unknown) => unknown>([
  ['json', (value) => JSON.stringify(value)],
  ['upper', (value) => display(value).toUpperCase()],
  ['lower', (value) => display(value).toLowerCase()],
  ['len', lengthOf],
]);

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

function operand(text: string, dot: unknown): unknown {
  if (text.startsWith('"')) return JSON.parse(text) as unknown;
  if (text.startsWith('`')) return text.slice(1, -1);
  if (!text.startsWith('.')) throw new UsageError(`template: function "${text}" is not defined`, 1);
  let value = dot;
  for (const name of text.slice(1).split('.').filter(Boolean)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      throw new UsageError(`template: can't evaluate field ${name} in ${text}`, 1);
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** As Go prints a value: `[a b]`, `map[k:v]`, `<no value>`. */
function display(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(display).join(' ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, one]) => `${key}:${display(one)}`).join(' ')}]`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
