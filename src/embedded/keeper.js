// Runs one program and ends it when the process that started this ends, however that happens, `kill -9` included: the channel to the parent
// closes. Plain JavaScript, because it is started as a program from the sources (by tests) as well as from the build.
//
//   node keeper.js <command> <argument>…      started with an IPC channel; first message up: {pid} or {failed: <error code>}

'use strict';

const { spawn } = require('node:child_process');

const PATIENCE_MS = 30_000;
const [command = '', ...args] = process.argv.slice(2);

// The program gets a pipe as standard input: one that watches it notices our own sudden death, too.
const child = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] });

/** @param {object} message */
function tell(message) {
  // A parent that is gone is noticed by 'disconnect', not here.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

function end() {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
}

process.on('disconnect', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);

child.on('spawn', () => tell({ pid: child.pid }));
child.on('error', (error) => {
  tell({ failed: /** @type {NodeJS.ErrnoException} */ (error).code ?? error.name });
  process.exit(1);
});
child.on('exit', (code, signal) => {
  tell({ ended: signal ?? `exit code ${code}` });
  process.exit(code ?? 1);
});
