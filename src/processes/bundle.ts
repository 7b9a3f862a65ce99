// Build step. Bundles the workflows once, so that a worker starts without a compiler; and the command `imports`: what it loads from a few files,
// each of them only when a command needs it, takes a third of the time that the hundreds of files of its packages take.

import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { build, type Metafile, type Plugin } from 'esbuild';
import { projectRoot } from '../embedded/project-root';

const ROOT = projectRoot();
const OUT = path.join(ROOT, 'dist/imports');
/** They find their neighbours by their own place; and an error has to be of the same class on both sides. */
const AS_COMPILED = ['src/errors', 'src/processes/up', 'src/processes/demo'];
/** They bring native code. */
const NOT_BUNDLED = ['@node-rs/argon2', 'ssh2'];
/** What packages made for `require` count on. */
const REQUIRE = `import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
const require = createRequire(import.meta.url);
const __filename = fileURLToPath(import.meta.url);
const __dirname = fileURLToPath(new URL('.', import.meta.url));`;

const notBundled: Plugin = {
  name: 'not bundled',
  setup(building) {
    building.onResolve({ filter: /^\.\.?\// }, ({ path: imported, resolveDir }) => {
      const file = path.relative(ROOT, path.resolve(resolveDir, imported)).replace(/\.js$/, '');
      return AS_COMPILED.includes(file) ? { path: `../${file}.js`, external: true } : undefined;
    });
    // Through `require`: an import would have to know the names that a package exports before it runs.
    building.onResolve({ filter: /^[^./]/ }, ({ path: name, namespace }) => {
      if (!NOT_BUNDLED.includes(name)) return undefined;
      return namespace === 'required' ? { path: name, external: true } : { path: name, namespace: 'required' };
    });
    building.onLoad({ filter: /./, namespace: 'required' }, ({ path: name }) => ({ contents: `module.exports = require('${name}')` }));
  },
};

async function bundleCommand(): Promise<void> {
  // Files are named by what is in them: those of the last build would stay.
  rmSync(OUT, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/processes/imports.ts'],
    outdir: OUT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Not the names: errors are told apart by them.
    minifyWhitespace: true,
    minifySyntax: true,
    banner: { js: REQUIRE },
    // The MongoDB driver brings the standard's URL and its tables of characters; node has both.
    alias: { 'whatwg-url': 'node:url' },
    plugins: [notBundled],
    logLevel: 'warning',
    metafile: true,
  });
  writeFileSync(path.join(OUT, 'packages.json'), `${JSON.stringify(packagesOf(metafile), null, 2)}\n`);
  const command = path.join(ROOT, 'dist/src/processes/imports.js');
  writeFileSync(command, "#!/usr/bin/env node\nvoid import('../../imports/imports.mjs');\n");
  chmodSync(command, 0o755);
}

async function bundleWorkflows(): Promise<void> {
  const workflowsPath = path.join(ROOT, 'dist/workflows/index.js');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  writeFileSync(path.join(ROOT, 'dist/workflow-bundle.js'), code);
}

/** The packages in each file, for those who want to know what a command loads. */
function packagesOf({ outputs }: Metafile): Record<string, readonly string[]> {
  const entries = Object.entries(outputs).map(([file, { inputs }]) => {
    const names = Object.keys(inputs).flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
    return [path.basename(file), [...new Set(names)].sort()] as const;
  });
  return Object.fromEntries(entries);
}

Promise.all([bundleWorkflows(), bundleCommand()]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
