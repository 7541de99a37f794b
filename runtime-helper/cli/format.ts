import { expandTemplate } from './template/expand.ts';
import { parseTemplate, type Node } from './template/parse.ts';
import { UsageError } from './usage-error.ts';

/** `--format`: `json`, or a Go template. Throws UsageError for what it can't read, or for a field that is not there. */
export function formatValue(value: unknown, format: string): string {
  if (format === 'json') return JSON.stringify(value);
  return expandTemplate(parseTemplate(format), value);
}

/** `--format` of a list: a line for each, or a table under the names of its fields. */
export function formatRows<Row extends Record<string, unknown>>(
  rows: readonly Row[],
  format: string,
  heads: Record<string, unknown>,
  table: (cells: readonly (readonly string[])[]) => string,
): string {
  if (format === 'json') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const [, template] = /^table(?:\s+(.*))?$/s.exec(format) ?? [];
  const parts = parseRows(unescape(template ?? format));
  const lines = rows.map((row) => expandTemplate(parts, row));
  if (template === undefined) return lines.map((line) => `${line}\n`).join('');
  return table([expandTemplate(parts, heads), ...lines].map((line) => line.split('\t')));
}

/** A list's template that can't be read is no reason for an exit code of its own. */
function parseRows(template: string): Node[] {
  try {
    return parseTemplate(template);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(error.message, 1) : error;
  }
}

/** What a shell passes on as two characters. */
const unescape = (text: string): string => text.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
