import { window } from 'vscode';
import { RequestError } from '../../runtime-helper/client/request-error.ts';
import type { RegistryLogin } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { registryOf } from '../model/registry-name.ts';
import { plainMessage } from '../ui/plain-text.ts';
import { askLogin } from '../ui/registry-logins.ts';
import { attempt } from './attempt.ts';
import type { CommandContext } from './context.ts';
import { t } from '../model/l10n.ts';
import { askText } from '../ui/ask-text.ts';
import { askChoice } from '../ui/ask-choice.ts';

/** Asks for a registry and a login there, which is checked and then kept by VS Code. */
export async function logIn(context: CommandContext): Promise<void> {
  const registry = await askText({
    title: t('Log in to a Registry'),
    prompt: t('Its name, such as `ghcr.io` or `localhost:5000`; `docker.io` is Docker Hub'),
    value: 'docker.io',
    validateInput: (value) =>
      /^[^\s/]+$/.test(value.trim()) ? undefined : t('A registry is a host, perhaps with a port.'),
  });
  if (registry === undefined) return;
  await attempt(context, t('log in to {0}', cleanLine(registry)), async () => {
    if (await logInTo(context, registry.trim()))
      void window.showInformationMessage(t('Logged in to {0}.', cleanLine(registry)));
  });
}

/** Forgets a login that VS Code keeps. */
export async function logOut({ logins }: CommandContext): Promise<void> {
  const known = await logins.list();
  if (known.length === 0) {
    void window.showInformationMessage(t('Skiff keeps no login of a registry in VS Code.'));
    return;
  }
  const items = known.map((label) => ({ label }));
  const registry = (await askChoice(items, { title: t('Log out of a Registry') }))?.label;
  if (registry === undefined) return;
  await logins.forget(registry);
  void window.showInformationMessage(t('Logged out of {0}.', cleanLine(registry)));
}

/** Does what needs a registry with the login that is kept for it. When that is refused, another one can be given. */
export async function withLogin(
  context: CommandContext,
  reference: string,
  work: (use: { login?: RegistryLogin }) => Promise<void>,
): Promise<void> {
  const registry = registryOf(reference);
  for (;;) {
    const login = await context.logins.get(registry);
    try {
      return await work(login === undefined ? {} : { login });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const chosen = await window.showErrorMessage(plainMessage(`${error.message}.`), t('Log In…'));
      if (chosen === undefined || !(await logInTo(context, registry))) return;
    }
  }
}

/** False: a person has changed his mind. */
async function logInTo({ client, logins }: CommandContext, registry: string): Promise<boolean> {
  const login = await askLogin(registry);
  if (!login) return false;
  await client.login({ ...login, keep: false });
  await logins.keep(login);
  return true;
}

/** The registry's, not the kernel's: the helper tells of the first in words of its own. */
function isRefusal(error: unknown): error is RequestError {
  return error instanceof RequestError && error.code === 'permission-denied' && /'skiff login'/.test(error.message);
}
