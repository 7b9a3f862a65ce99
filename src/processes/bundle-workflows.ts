// Build step: bundles the workflows once, so that a worker starts without a compiler.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

async function main(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, '../../workflows/index.js'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(path.join(__dirname, '../../workflow-bundle.js'), code);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
