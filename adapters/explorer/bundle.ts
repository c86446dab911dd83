import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Page, pageOf } from './page.ts';

/** Bundles a page of the folder's `page.html`, `style.css` and `main.tsx`, with all that these import. */
export async function bundlePage(folder: string): Promise<Page> {
  const [html, { outputFiles }] = await Promise.all([
    readFile(join(folder, 'page.html'), 'utf8'),
    build({
      entryPoints: { main: join(folder, 'main.tsx'), style: join(folder, 'style.css') },
      outdir: 'out',
      bundle: true,
      write: false,
      minify: true,
      format: 'iife',
      target: 'es2022',
      charset: 'utf8',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      legalComments: 'none',
      logLevel: 'silent',
    }),
  ]);
  const textOf = (name: string): string =>
    outputFiles.find(({ path }) => path.endsWith(name))?.text.trim() ?? '';
  // Style that the script's packages bring comes first, so that the page's own has the last word.
  return pageOf({ html, style: textOf('main.css') + textOf('style.css'), script: textOf('main.js') });
}
