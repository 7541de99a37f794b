/**
 * The rows of one kind that a command was chosen on. `args` are as VS Code hands them: the row and all selected ones, or nothing, from
 * the palette. `lost`: while it draws a tree anew it knows none of the rows, and hands nothing in their place.
 */
export function rowsOf<Row>(args: readonly unknown[], is: (value: unknown) => value is Row): Row[] | 'lost' {
  if (args.length === 0) return [];
  const [row, rows] = args;
  const chosen: readonly unknown[] = Array.isArray(rows) && rows.length > 0 ? rows : [row];
  if (chosen.some((one) => one === undefined || one === null)) return 'lost';
  return chosen.filter(is);
}
