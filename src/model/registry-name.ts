/**
 * The registry of a reference, `host[:port]`, by Docker's rule: the first component is one when it has a dot or a port or is `localhost`. Pure.
 */
export function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}
