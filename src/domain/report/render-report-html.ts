// The report page as HTML for mail programs: tables and inline styles, because many programs strip everything else. No images, scripts or
// links. Programs that keep the style block also get dark mode and a layout for narrow screens.

import type { ReportPage } from './describe-report';
import type { Problem } from './report-sections';

const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const TEXT = `${FONT}font-size:15px;line-height:22px;color:#1f2933;`;
const SOFT = `${FONT}font-size:14px;line-height:20px;color:#52606d;`;
const SECTION = `${FONT}font-size:13px;line-height:18px;font-weight:600;color:#52606d;margin:0 0 10px;`;
const ACCENT = { 'failed-records': '#b7791f', held: '#b7791f', refused: '#c0392b', declined: '#c0392b', 'no-failures': '#2f855a' } as const;

const STYLE = `
  @media (max-width:480px){.pad{padding-left:18px!important;padding-right:18px!important}.page{padding:0!important}.card{border-left:0!important;border-right:0!important;border-radius:0!important}}
  @media (prefers-color-scheme:dark){
    .page{background:#14181d!important}.card{background:#1d232a!important;border-left-color:#323b45!important;border-right-color:#323b45!important;border-bottom-color:#323b45!important}
    .text{color:#e4e9ee!important}.soft{color:#a3b0bd!important}.rule{border-color:#323b45!important}.box{background:#262e37!important}
  }`;

export function renderReportHtml(page: ReportPage): string {
  const parts = [
    head(page),
    section('What is wrong', page.problems.map(problem).join('')),
    section('What to do', steps(page.steps)),
    section('Good to know', page.notes.map(paragraph).join('')),
    section('Numbers', rows(page.counts, 'right')),
    section('Details', rows(page.facts, 'left')),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(page.headline)}</title>
<style>${STYLE}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f5f7;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="page" align="center" style="padding:24px 12px;background:#f3f5f7;">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:#ffffff;border:1px solid #d9dfe5;border-top:4px solid ${ACCENT[page.verdict]};border-radius:6px;">
${parts.filter((part) => part !== '').join('\n')}
<tr><td class="pad" style="padding:22px 28px 24px;"><p class="soft" style="${SOFT}font-size:12px;line-height:18px;margin:0;">${escape(page.footer)}</p></td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

function head(page: ReportPage): string {
  return `<tr><td class="pad" style="padding:26px 28px 4px;">
<h1 class="text" style="${FONT}font-size:22px;line-height:28px;font-weight:600;color:#1f2933;margin:0 0 6px;">${escape(page.headline)}</h1>
<p class="text" style="${TEXT}margin:0;word-break:break-word;">${escape(page.lead)}</p></td></tr>`;
}

function section(title: string, body: string): string {
  if (body === '') return '';
  return `<tr><td class="pad" style="padding:22px 28px 0;"><h2 class="soft" style="${SECTION}">${title}</h2>${body}</td></tr>`;
}

function problem({ often, code, title, where, advice, details }: Problem): string {
  const what = where === null ? title : `${title}, ${where}`;
  const count =
    often === null ? '' : `<td class="soft" align="right" valign="top" style="${SOFT}padding-left:12px;white-space:nowrap;">${often}</td>`;
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 10px;"><tr><td class="box" style="padding:12px 14px;background:#f6f8fa;border-radius:4px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="text" style="${TEXT}font-weight:600;word-break:break-word;">${escape(what)}</td>${count}</tr></table>
<p class="text" style="${TEXT}margin:2px 0 0;word-break:break-word;">${escape(advice)} <span class="soft" style="color:#52606d;font-size:12px;white-space:nowrap;">${escape(code)}</span></p>${details.map(detail).join('')}</td></tr></table>`;
}

function detail(text: string): string {
  return `<p class="text" style="${SOFT}color:#1f2933;margin:6px 0 0;word-break:break-word;">${escape(text)}</p>`;
}

function paragraph(text: string): string {
  return `<p class="text" style="${TEXT}margin:0 0 8px;">${escape(text)}</p>`;
}

function steps(items: readonly string[]): string {
  const [only] = items;
  if (items.length === 1 && only !== undefined) return paragraph(only);
  const lines = items.map(
    (item, n) =>
      `<tr><td class="text" valign="top" style="${TEXT}padding:0 10px 8px 0;font-weight:600;">${n + 1}.</td><td class="text" style="${TEXT}padding:0 0 8px;word-break:break-word;">${escape(item)}</td></tr>`,
  );
  return lines.length === 0
    ? ''
    : `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${lines.join('')}</table>`;
}

function rows(items: ReportPage['counts'], align: 'left' | 'right'): string {
  const lines = items.map(
    ([label, value]) =>
      `<tr><td class="soft rule" valign="top" style="${SOFT}padding:5px 12px 5px 0;border-bottom:1px solid #e6eaee;">${escape(label)}</td><td class="text rule" align="${align}" style="${TEXT}font-size:14px;line-height:20px;padding:5px 0;border-bottom:1px solid #e6eaee;word-break:break-word;">${escape(value)}</td></tr>`,
  );
  return lines.length === 0
    ? ''
    : `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${lines.join('')}</table>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
