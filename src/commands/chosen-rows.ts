import { window } from 'vscode';
import { rowsOf } from '../model/chosen-rows.ts';
import { t } from '../model/l10n.ts';

/** The rows of one kind that a command was chosen on; undefined: nobody knows any more which they were, and that was told. */
export function chosenRows<Row>(args: readonly unknown[], is: (value: unknown) => value is Row): Row[] | undefined {
  const rows = rowsOf(args, is);
  if (rows !== 'lost') return rows;
  void window.showInformationMessage(t('The rows were drawn anew just then. Choose it once more.'));
  return undefined;
}
