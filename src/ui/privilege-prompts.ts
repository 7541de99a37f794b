import { window } from 'vscode';
import { cleanLine } from '../model/clean-text.ts';

/** Asks for the password that sudo wants. Nothing is kept. Absent: declined. */
export async function askPassword(question: { prompt: string; attempt: number }): Promise<{ password?: string }> {
  const password = await window.showInputBox({
    title: 'Skiff: Administrator Rights',
    prompt:
      question.attempt > 1
        ? `Wrong password, please try again. ${cleanLine(question.prompt)}`
        : `Containers need administrator rights. The password goes to sudo and is not stored. ${cleanLine(question.prompt)}`,
    placeHolder: 'Password',
    password: true,
    ignoreFocusOut: true,
  });
  return password === undefined ? {} : { password };
}

/** Asks once before a program is installed that will run with administrator rights. */
export async function askConsent(question: { path: string; sha256: string }): Promise<{ granted: boolean }> {
  const install = 'Install';
  const chosen = await window.showInformationMessage(
    'Install Skiff’s privileged program?',
    {
      modal: true,
      detail:
        'Making namespaces, mounts and networks takes administrator rights. Skiff does this in one small program, which is copied ' +
        'once to a folder that only the administrator can change. Nothing else of Skiff ever runs with these rights.\n\n' +
        `${cleanLine(question.path)}\nSHA-256 ${cleanLine(question.sha256)}\n\nYou may be asked for your password next.`,
    },
    install,
  );
  return { granted: chosen === install };
}
