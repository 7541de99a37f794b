// `npm run bench`: builds, then measures. Never part of the tests: figures depend on the machine.
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { fail, node24, root, run } from './node24.mjs';
import { begin, setup } from './setup.mjs';

await begin();
try {
  await setup({ test: true });
  await buildAll();
  process.exit(run(node24, [join(root, 'test/bench/main.ts'), ...process.argv.slice(2)]));
} catch (error) {
  fail(error);
}
