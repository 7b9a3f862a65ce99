// The report page as plain text, for terminals, ticket systems and screen readers. Nothing is upper-cased: headlines may hold ids.

import type { ReportPage } from './describe-report';
import type { Problem } from './report-sections';

const WIDTH = 76;

export function renderReportText(page: ReportPage): string {
  const blocks = [
    `${page.headline}\n${'='.repeat(Math.min(WIDTH, page.headline.length))}\n${wrap(page.lead)}`,
    section('What is wrong', page.problems.map(problem), '\n\n'),
    section(
      'What to do',
      page.steps.map((step, n, { length }) => wrap(step, length === 1 ? '' : `${n + 1}. `)),
    ),
    section(
      'Good to know',
      page.notes.map((note) => wrap(note, '- ')),
    ),
    section('Numbers', [columns(page.counts)]),
    section('Details', [columns(page.facts)]),
    wrap(page.footer),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function section(title: string, paragraphs: readonly string[], between = '\n'): string {
  const body = paragraphs.filter((paragraph) => paragraph !== '');
  return body.length === 0 ? '' : `${title}\n${'-'.repeat(title.length)}\n${body.join(between)}`;
}

function problem({ often, code, title, where, advice, details }: Problem): string {
  const what = where === null ? title : `${title}, ${where}`;
  const head = wrap(`${often === null ? '' : `${often}: `}${what} [${code}]`, '* ');
  return [head, wrap(advice, '  '), ...details.map((detail) => wrap(detail, '  - '))].join('\n');
}

function columns(rows: ReportPage['counts']): string {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n');
}

/** Breaks lines at spaces. `lead` starts the first line; the others are indented to match. */
function wrap(text: string, lead = ''): string {
  const lines: string[] = [];
  let line = lead;
  for (const word of text.split(' ')) {
    if (line.length > lead.length && line.length + word.length >= WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(lead.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}
