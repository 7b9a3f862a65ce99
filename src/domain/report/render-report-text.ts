// The report page as plain text: reads well in a terminal, a ticket system or a screen reader.

import type { Problem, ReportPage } from './describe-report';

const WIDTH = 76;

export function renderReportText(page: ReportPage): string {
  const blocks = [
    `${page.headline.toUpperCase()}\n${wrap(page.lead)}`,
    section('What is wrong', page.problems.map(problem)),
    section(
      'What to do',
      page.steps.map((step, n) => wrap(step, `${n + 1}. `)),
    ),
    section(
      'Good to know',
      page.notes.map((note) => wrap(note, '- ')),
    ),
    section('Numbers', [columns(page.counts)]),
    section('This import', [columns(page.facts)]),
    wrap(page.footer),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function section(title: string, paragraphs: readonly string[]): string {
  const body = paragraphs.filter((paragraph) => paragraph !== '');
  return body.length === 0 ? '' : `${title}\n${'-'.repeat(title.length)}\n${body.join('\n')}`;
}

function problem({ often, code, title, where, advice }: Problem): string {
  const what = where === null ? title : `${title}, ${where}`;
  return `${wrap(`${often === null ? '' : `${often}: `}${what} [${code}]`, '* ')}
${wrap(advice, '  ')}`;
}

function columns(rows: ReportPage['counts']): string {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n');
}

/** Broken at spaces; `lead` starts the first line, the others are indented as deep. */
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
