/** Imported before all else: texts are translated as soon as a module that has some is loaded. */
import { l10n } from 'vscode';
import { translateWith } from './model/l10n.ts';

translateWith((message, ...values) => l10n.t(message, ...values));
