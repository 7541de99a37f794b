import type { Operation } from '../../lib/operation.ts';
import type { RegistryAccess } from '../types.ts';
import { withRegistries } from './access.ts';

export function checkLogin(
  domain: string,
  { username, password }: { username: string; password: string },
  access: RegistryAccess,
  operation: Operation,
): Promise<void> {
  return withRegistries(access, operation, (registries) =>
    registries.login(domain, { type: 'password', username, password }, operation.signal),
  );
}

export function login(
  domain: string,
  { username, password }: { username: string; password: string },
  access: RegistryAccess,
  operation: Operation,
): Promise<string | undefined> {
  const credentials = { type: 'password' as const, username, password };
  return withRegistries(access, operation, async (registries) => {
    await registries.login(domain, credentials, operation.signal);
    return registries.config.store(domain, credentials);
  });
}

export function logout(domain: string, access: RegistryAccess, operation: Operation): Promise<boolean> {
  return withRegistries(access, operation, (registries) => registries.config.erase(domain));
}
