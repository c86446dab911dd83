/** Lets jest import a `.sql` file as its text, as Node and esbuild do. */
module.exports = {
  process: (text) => ({ code: `module.exports = { __esModule: true, default: ${JSON.stringify(text)} };` }),
};
