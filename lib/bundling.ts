import type { BuildOptions } from 'esbuild';

/**
 * How functions are bundled, as esbuild takes it. The SDK goes in, so that the tested version is the one that runs.
 * CommonJS, since mysql2 asks for `require`; it has no `import.meta`, which is replaced. Errors are told by the names of
 * their classes, so these are kept. There is no source map, which would be larger than the code.
 */
export const BUNDLING = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  minify: true,
  keepNames: true,
  mainFields: ['module', 'main'],
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
} satisfies BuildOptions;
