import type { Phrase } from '../../runtime-helper/protocol/phrase.ts';

/** Words for people, in the language that VS Code is shown in. */
type Value = string | number;
type Translate = (message: string, ...values: Value[]) => string;

let translate: Translate = fill;

/** VS Code has the translations (`l10n.t`), and the rooms that know nothing of VS Code have words, too. To be called once, first of all. */
export function translateWith(its: Translate): void {
  translate = its;
}

/** `message` is the English text, which is also the key of `l10n/bundle.l10n.*.json`: a literal, with {0}, {1}, … for the values. */
export function t(message: string, ...values: Value[]): string {
  return translate(message, ...values);
}

/** What the helper says. */
export function translated({ message, values }: Phrase): string {
  return message === '{0}' ? String(values[0]) : translate(message, ...values);
}

function fill(message: string, ...values: Value[]): string {
  return message.replaceAll(/\{(\d+)\}/g, (whole, index: string) => `${values[Number(index)] ?? whole}`);
}
