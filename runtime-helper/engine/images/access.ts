import type { Operation } from '../../lib/operation.ts';
import { Registries } from '../../registry/registries.ts';
import { runCredentialHelper } from '../../sys/credential-helper.ts';
import type { RegistryAccess } from '../types.ts';

declare const SKIFF_VERSION: string | undefined;

/** Lends out registries as whoever asks sees them. */
export async function withRegistries<T>(
  { env, insecure, login }: RegistryAccess,
  operation: Operation,
  work: (registries: Registries) => Promise<T>,
): Promise<T> {
  const registries = new Registries({
    env,
    insecure,
    ...(login === undefined ? {} : { login }),
    runHelper: (name, verb, input) => runCredentialHelper(name, verb, input, env),
    warn: (message) => operation.log('warn', message),
    userAgent: `skiff/${typeof SKIFF_VERSION === 'string' ? SKIFF_VERSION : 'source'}`,
  });
  try {
    return await work(registries);
  } finally {
    registries.close();
  }
}
