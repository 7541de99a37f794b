import type { Operation } from '../../lib/operation.ts';
import type { RegistryAccess } from '../types.ts';
import { withRegistries } from './access.ts';

/** Asks the registry whether it takes these credentials, and keeps nothing. Throws permission-denied. */
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

/** The same, and keeps them as Docker does; returns the file that has them now, nothing when a credential helper keeps them. */
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

/** Forgets the credentials that are kept. Whether there were any. */
export function logout(domain: string, access: RegistryAccess, operation: Operation): Promise<boolean> {
  return withRegistries(access, operation, (registries) => registries.config.erase(domain));
}
