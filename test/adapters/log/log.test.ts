import { createLog } from '../../../src/adapters/log/log';
import { ImportsError } from '../../../src/errors';

function lines(level: 'info' | 'warn' = 'info') {
  const written: Record<string, unknown>[] = [];
  const log = createLog({ process: 'worker', level, destination: { write: (line) => written.push(JSON.parse(line) as never) } });
  return { log, written };
}

test('a line names its process, level, time and message', () => {
  const { log, written } = lines();
  log.info('import finished', { importId: 'acme-42', records: 10 });
  expect(written).toEqual([
    expect.objectContaining({ process: 'worker', level: 'info', msg: 'import finished', importId: 'acme-42', records: 10 }),
  ]);
  expect(Date.parse(String(written[0]?.['time']))).not.toBeNaN();
});

test('says nothing below its level', () => {
  const { log, written } = lines('warn');
  log.info('quiet');
  log.warn('loud');
  expect(written.map(({ msg }) => msg)).toEqual(['loud']);
});

test('blanks what could be personal data or a secret, also one level down', () => {
  const { log, written } = lines();
  log.info('careless', { email: 'jo@acme.example', smtpUrl: 'smtp://u:hunter2@mail', user: { firstName: 'Jo', password: 'hunter2' } });
  const text = JSON.stringify(written);
  for (const secret of ['jo@acme.example', 'hunter2', 'Jo"']) expect(text).not.toContain(secret);
});

test('tells class, code and place of an error, and never what it quotes', () => {
  const { log, written } = lines();
  const duplicate = Object.assign(new Error('E11000 dup key: { emailKey: "acme/jo@acme.example" }'), {
    name: 'MongoServerError',
    code: 11_000,
  });
  log.error('write failed', { error: duplicate });
  expect(JSON.stringify(written)).not.toContain('jo@acme.example');
  expect(written[0]?.['error']).toMatchObject({
    name: 'MongoServerError',
    code: 11_000,
    frames: expect.arrayContaining([expect.stringContaining('at ')]),
  });
});

test('tells our own sentences', () => {
  const { log, written } = lines();
  log.error('no database', { error: new ImportsError('UNREACHABLE', 'MongoDB cannot be reached.') });
  expect(written[0]?.['error']).toMatchObject({ code: 'UNREACHABLE', message: 'MongoDB cannot be reached.' });
});

test.each([
  ['ENOSPC', 'ENOSPC'],
  ['MongoServerError', 'MongoServerError'],
  ['no such file: /clients/acme/jo.csv', 'string'],
])('an error that is told as the text %j is named %s', (text, name) => {
  const { log, written } = lines();
  log.warn('removing failed', { error: text });
  expect(written[0]?.['error']).toEqual({ name });
});
