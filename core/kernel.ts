/** What was compiled: code that is optimised while it runs stays so. */
const modules = new Map<string, WebAssembly.Module>();

/** The exports of a kernel, a module that `npm run wasm` has made, on a memory that other threads may share. */
export function instantiate<Exports>(kernel: string, memory: WebAssembly.Memory): Exports {
  let module = modules.get(kernel);
  if (!module) {
    const bytes = Uint8Array.from(atob(kernel), (character) => character.charCodeAt(0));
    module = new WebAssembly.Module(bytes);
    modules.set(kernel, module);
  }
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
}
