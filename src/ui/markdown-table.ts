import { plainMarkdown } from './plain-text.ts';

/** What is known of a thing, as Markdown: a heading of plain text, and rows whose values are Markdown with nothing of others' in it. */
export function factsTable(heading: string, rows: readonly (readonly [name: string, value: string])[]): string {
  return [`**${plainMarkdown(heading)}**`, '', '| | |', '|---|---|', ...rows.map(tableRow), ''].join('\n');
}

/** A row of a table of GFM. */
export function tableRow(cells: readonly string[]): string {
  // A bar would end the cell, even within a code span (GFM, 4.10).
  return `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`;
}
