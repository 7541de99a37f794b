import { window, type QuickPickItem } from 'vscode';
import { plainLabel } from './plain-text.ts';
import { t } from '../model/l10n.ts';

/** Asks for one of these, or for another that is typed. Returns a label, or what was typed. */
export async function pickOrType(
  title: string,
  placeholder: string,
  known: readonly QuickPickItem[],
): Promise<string | undefined> {
  const pick = window.createQuickPick();
  pick.title = title;
  pick.placeholder = placeholder;
  pick.ignoreFocusOut = true;
  pick.items = known;
  pick.onDidChangeValue((value) => {
    const typed = value.trim();
    const isKnown = typed === '' || known.some(({ label }) => label === typed);
    pick.items = isKnown
      ? known
      : [...known, { label: plainLabel(typed), description: t('as typed'), alwaysShow: true }];
  });
  const chosen = await new Promise<string | undefined>((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      // Who types fast accepts before his own words are an item.
      resolve(item && known.includes(item) ? item.label : pick.value.trim() || item?.label);
      pick.hide();
    });
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  return chosen;
}
