// The pictures in the README, taken from the real thing: the demo's files are imported, then its e-mail and its import in the Temporal UI
// are photographed in Chromium. With --mails FOLDER every kind of e-mail instead, at 600 and 390 px, light and dark, to look at.
//
//   npm run pictures [-- --mails FOLDER]        needs Chromium (CHROMIUM=/path/to/it where it is not on the path); no part of npm test

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { everyMail } from './every-mail';
import { Product, sleep } from './product';

const root = path.join(__dirname, '../..');
const run = promisify(execFile);
const scratch = mkdtempSync(path.join(tmpdir(), 'pictures-'));

interface Shot {
  readonly width: number;
  /** null = as high as the page is. */
  readonly height: number | null;
  readonly dark?: boolean;
  /** How long a page that loads its content may take. */
  readonly patienceMs?: number;
}

async function chromium(url: string, { width, dark = false, patienceMs = 1_000 }: Shot, height: number, extra: readonly string[]) {
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    `--user-data-dir=${path.join(scratch, 'profile')}`,
    `--window-size=${width},${height}`,
    `--virtual-time-budget=${patienceMs}`,
    `--blink-settings=preferredColorScheme=${dark ? 0 : 1}`,
  ];
  const { stdout } = await run(process.env['CHROMIUM'] ?? 'chromium', [...flags, ...extra, url], { timeout: 120_000, maxBuffer: 1 << 26 });
  return stdout;
}

/** Pages one below the other, each in a frame of its own that is as high as what it holds: windows are never narrower than 500 px. */
async function photographHtml(pages: readonly string[], target: string, shot: Shot): Promise<void> {
  const quoted = (html: string) => html.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const frames = pages.map((html) => `<iframe style="border:0;display:block;width:${shot.width}px" srcdoc="${quoted(html)}"></iframe>`);
  const fit = `<script>onload=()=>{let all=0;for(const f of document.querySelectorAll('iframe')){const h=f.contentDocument.documentElement.scrollHeight;f.style.height=h+'px';all+=h}document.title='HEIGHT '+all}</script>`;
  const page = path.join(scratch, 'page.html');
  writeFileSync(page, `<!doctype html><meta name="color-scheme" content="light dark"><body style="margin:0">${frames.join('')}${fit}`);
  const url = `file://${page}`;
  const measured = await chromium(url, { ...shot, width: 1_000 }, 1_000, ['--dump-dom', '--allow-file-access-from-files']);
  const height = Number(/HEIGHT (\d+)/.exec(measured)?.[1] ?? 1_000);
  await chromium(url, { ...shot, width: Math.max(shot.width, 500) }, height, [`--screenshot=${target}`]);
  console.log(target);
}

/** Four sheets, each with every e-mail below the other: a browser takes seconds to start. */
async function photographMails(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const mails = Object.values(everyMail()).map(({ html }) => html);
  for (const width of [600, 390]) {
    for (const dark of [false, true]) {
      await photographHtml(mails, path.join(folder, `mails-${width}${dark ? '-dark' : ''}.png`), { width, height: null, dark });
    }
  }
}

async function photographDemo(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const product = new Product();
  try {
    await product.up();
    await product.addClient('acme', '--archive-on-inactive', '--login-source', 'OPSCOM', '--login-source', 'SAML');
    await product.importFile('acme', path.join(root, 'examples/demo/monday.csv'));
    const { uiUrl } = await product.importFile('acme', path.join(root, 'examples/demo/tuesday.csv'));
    const [mail] = await product.mails('it@acme.example');
    await photographHtml([mail!.html ?? ''], path.join(folder, 'e-mail.png'), { width: 640, height: null });
    await sleep(1_000);
    const shot = { width: 1_280, height: 900, patienceMs: 20_000 };
    await chromium(uiUrl, shot, shot.height, [`--screenshot=${path.join(folder, 'import-in-temporal.png')}`]);
    console.log(path.join(folder, 'import-in-temporal.png'));
  } finally {
    await product.end();
  }
}

async function main(): Promise<void> {
  const at = process.argv.indexOf('--mails');
  try {
    if (at === -1) await photographDemo(path.join(root, 'docs/pictures'));
    else await photographMails(path.resolve(process.argv[at + 1] ?? 'mails'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

void main();
