import { window } from 'vscode';
import { cleanLine } from '../model/clean-text.ts';
import { t } from '../model/l10n.ts';
import { askText } from './ask-text.ts';

/** Asks for the password that sudo wants. Nothing is kept. Absent: declined. */
export async function askPassword(question: { prompt: string; attempt: number }): Promise<{ password?: string }> {
  const password = await askText({
    title: t('Skiff: Administrator Rights'),
    prompt:
      question.attempt > 1
        ? t('Wrong password, please try again. {0}', cleanLine(question.prompt))
        : t(
            'Containers need administrator rights. The password goes to sudo and is not stored. {0}',
            cleanLine(question.prompt),
          ),
    placeHolder: t('Password'),
    password: true,
  });
  return password === undefined ? {} : { password };
}

/** Asks once before a program is installed that will run with administrator rights. */
export async function askConsent(question: { path: string; sha256: string }): Promise<{ granted: boolean }> {
  const install = t('Install');
  const chosen = await window.showInformationMessage(
    t('Install Skiff’s privileged program?'),
    {
      modal: true,
      detail: [
        t(
          'Making namespaces, mounts and networks takes administrator rights. Skiff does this in one small program, which is copied once to a folder that only the administrator can change. Nothing else of Skiff ever runs with these rights.',
        ),
        `${cleanLine(question.path)}\nSHA-256 ${cleanLine(question.sha256)}`,
        t('You may be asked for your password next.'),
      ].join('\n\n'),
    },
    install,
  );
  return { granted: chosen === install };
}
