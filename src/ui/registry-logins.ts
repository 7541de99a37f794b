import { type SecretStorage } from 'vscode';
import type { RegistryLogin } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { t } from '../model/l10n.ts';
import { askText } from './ask-text.ts';

const keyOf = (registry: string): string => `skiff.registry:${registry}`;
const listKey = 'skiff.registries';

/** Passwords of registries, which VS Code keeps where the system keeps secrets. They are handed to the helper with each request that needs them. */
export class RegistryLogins {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  async get(registry: string): Promise<RegistryLogin | undefined> {
    const text = await this.#secrets.get(keyOf(registry));
    return text === undefined ? undefined : { registry, ...(JSON.parse(text) as Omit<RegistryLogin, 'registry'>) };
  }

  /** Names of the registries that a login is kept for. */
  async list(): Promise<string[]> {
    return JSON.parse((await this.#secrets.get(listKey)) ?? '[]') as string[];
  }

  async keep({ registry, ...login }: RegistryLogin): Promise<void> {
    await this.#secrets.store(keyOf(registry), JSON.stringify(login));
    await this.#remember([...new Set([...(await this.list()), registry])]);
  }

  async forget(registry: string): Promise<void> {
    await this.#secrets.delete(keyOf(registry));
    await this.#remember((await this.list()).filter((one) => one !== registry));
  }

  async #remember(registries: string[]): Promise<void> {
    await this.#secrets.store(listKey, JSON.stringify(registries));
  }
}

/** Undefined: a person has changed his mind. */
export async function askLogin(registry: string): Promise<RegistryLogin | undefined> {
  const title = t('Log in to {0}', cleanLine(registry));
  const filled = (what: string) => (value: string) => (value.trim() === '' ? t('{0} is required.', what) : undefined);
  const options = { title };
  const username = await askText({
    ...options,
    prompt: t('User name'),
    validateInput: filled(t('A user name')),
  });
  if (username === undefined) return undefined;
  const prompt = t('Password or access token. VS Code keeps it in its secret storage.');
  const password = await askText({
    ...options,
    prompt,
    password: true,
    validateInput: filled(t('A password')),
  });
  return password === undefined ? undefined : { registry, username: username.trim(), password };
}
