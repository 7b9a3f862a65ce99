import { importsLink, workflowLink } from '../../src/config/temporal';

test.each(['http://127.0.0.1:8233', 'http://127.0.0.1:8233/'])(
  'links into the UI at %s: the list of imports and nothing else, and one workflow',
  (uiUrl) => {
    const ui = { uiUrl, namespace: 'parking' };
    const list = new URL(importsLink(ui));
    expect([list.host, list.pathname, [...list.searchParams]]).toEqual([
      '127.0.0.1:8233',
      '/namespaces/parking/workflows',
      [['query', 'WorkflowType="importFile"']],
    ]);
    expect(workflowLink(ui, 'import/acme-42')).toBe('http://127.0.0.1:8233/namespaces/parking/workflows/import%2Facme-42');
  },
);
