/** The address of the Jupyter server that has made this page. */

/** Where no page says it, our routes are below it. */
export function baseOfPage(prefix: string): string {
  const config = document.getElementById('jupyter-config-data')?.textContent;
  try {
    const { baseUrl } = JSON.parse(config ?? '{}') as { baseUrl?: unknown };
    if (typeof baseUrl === 'string') {
      return new URL(baseUrl, document.baseURI).href;
    }
  } catch {
    // A page that is not Jupyter's own.
  }
  return new URL('../', prefix).href;
}
