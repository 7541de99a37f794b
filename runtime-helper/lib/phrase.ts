/** A text with its values apart, so that the editor can say it in another language: {0}, {1}, … stand for them, as in VS Code's l10n. */
export type Phrase = { message: string; values: (string | number)[] };

/**
 * `message` is the English text and the key of its translations, which `test/tidy/translations` looks for: a literal. A file that
 * has phrases for the editor names each so.
 */
export const phrase = (message: string, ...values: Phrase['values']): Phrase => ({ message, values });

/** A text that has no translation: another program's words, or what only the command line says. */
export const verbatim = (text: string): Phrase => ({ message: '{0}', values: [text] });

export const inEnglish = ({ message, values }: Phrase): string =>
  message.replaceAll(/\{(\d+)\}/g, (whole, index: string) => `${values[Number(index)] ?? whole}`);
