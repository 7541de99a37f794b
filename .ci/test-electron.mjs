// `npm run test:electron`: the stories of test/extension in a desktop VS Code. `npm run test:electron -- test/extension/run.test.ts` runs only these.
import { join } from 'node:path';
import { findDesktop } from './desktop.mjs';
import { fail, node24, root, run } from './node24.mjs';
import { begin } from './setup.mjs';

await begin();
try {
  process.env.SKIFF_TEST_DESKTOP = await findDesktop();
} catch (error) {
  fail(error);
}
const chosen = process.argv.slice(2);
const wanted = chosen.length > 0 ? chosen : ['extension'];
process.exitCode = run(node24, [join(root, '.ci/test.mjs'), ...wanted]);
