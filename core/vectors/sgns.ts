import { InvalidInputError } from '../errors.ts';
import { instantiate } from '../kernel.ts';
import { aliasTable } from './alias.ts';
import type { Corpus } from './corpus.ts';
import { checkPass, keptOf, longestList } from './pass.ts';
import { xoshiro128 } from './random.ts';
import KERNEL from './sgns.wasm.ts';
import type { Training } from './word2vec.ts';

/** What wasm/vectors/sgns.ts exports: functions, and where things lie in the memory. */
interface Kernel
  extends Record<'inputs' | 'outputs' | 'aliases' | 'kept' | 'tokens' | 'starts' | 'state', Place> {
  layOut(...layout: Layout): number;
  train(first: number, last: number, step: number, ...schedule: Schedule): void;
}

interface Place {
  readonly value: number;
}

type Layout = [
  ...[rows: number, size: number, words: number, lists: number, longest: number, window: number],
  ...[negatives: number, subsamples: boolean, thread: number, threads: number],
];
type Schedule = [rate: number, fall: number, wordsBefore: number, wordsOfAll: number];

/** What one of the threads does of an epoch. It can be posted to a worker. */
export interface SgnsPart {
  readonly memory: WebAssembly.Memory;
  readonly layout: Layout;
  readonly schedule: Schedule;
  /** State of the thread's own generator. */
  readonly random: Uint32Array;
}

/** Words between two yields: some tenths of a second. */
const BETWEEN_YIELDS = 100_000;
const PAGE = 65_536;
const MOST_PAGES = 65_536;

/**
 * Passes over the corpus once by skip-gram, as `trainEpoch` but for two things. The negatives of a place are drawn once
 * and held against each of its neighbours in turn (shared, as of Ji and others, 2016, arXiv 1604.04661), a track that is
 * drawn again soon after counting once; so six rows at a time stay at hand while all neighbours learn from them. And it
 * is WebAssembly, in 32-bit floats. That all neighbours learn at once, by the rows as they were, was tried and rejected:
 * each overshoots, and the more frequent tracks are, the more.
 *
 * The same playlists, settings and seed give the same bytes on every machine. Both layers and the corpus are in memory
 * a second time meanwhile; the training's own layers are set at the end. Yields and throws as `trainEpoch`; throws
 * `InvalidInputError` also where all that does not fit the 4 GB of a WebAssembly memory.
 */
export function* trainEpochShared(training: Training, corpus: Corpus): Generator<number, void, void> {
  const [part] = beginEpoch(training, corpus, 1) as [SgnsPart];
  try {
    training.random.state.set(yield* trainPart(part));
    endEpoch(training, part);
  } finally {
    release(part);
  }
}

/**
 * The memory of the last epoch, for the next: nobody counts such memories, so that a training of many epochs would hold
 * a hundred of them before one is given back.
 */
let spare: WebAssembly.Memory | undefined;

/** Gives a memory back, when nobody works in it any more. */
export function release({ memory }: SgnsPart): void {
  spare = memory;
}

function takeMemory(): WebAssembly.Memory {
  const memory = spare ?? new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  spare = undefined;
  return memory;
}

/**
 * Puts layers and corpus into a memory in which so many threads then learn without waiting for each other (Niu and
 * others, 2011, arXiv 1106.5730): with more than one the result is another each time. Takes a number of the training's
 * generator for each, if they are more than one. The memory is to be given back (`release`).
 */
export function beginEpoch(training: Training, corpus: Corpus, threads: number): SgnsPart[] {
  checkPass(training, corpus);
  const { settings, vocabulary, epoch, random } = training;
  const { size, window, negatives, subsample, rate, lastRate } = settings;
  const [words, lists] = [corpus.tokens.length, corpus.starts.length - 1];
  const memory = takeMemory();
  const parts = Array.from(
    { length: threads },
    (_, thread): SgnsPart => ({
      memory,
      layout: [
        ...([vocabulary.ids.length, size, words, lists, longestList(corpus), window] as const),
        ...([negatives, subsample > 0, thread, threads] as const),
      ],
      schedule: [rate, rate - lastRate, epoch * words, settings.epochs * words],
      random: threads === 1 ? random.state : xoshiro128(random.next()).state,
    }),
  );
  write(parts[0] as SgnsPart, training, corpus);
  return parts;
}

/**
 * Learns from every `threads`-th list. Yields now and then how many words its lists so far have; gives the state
 * of its generator at the end.
 */
export function* trainPart(part: SgnsPart): Generator<number, Uint32Array, void> {
  const { kernel } = open(part);
  const [, , , lists, , , , , thread, threads] = part.layout;
  const state = viewOf(part, kernel.state, 4);
  const starts = viewOf(part, kernel.starts, lists + 1);
  state.set(part.random);
  let [first, yielded, words] = [thread, 0, 0];
  for (let p = thread; p < lists; p += threads) {
    words += (starts[p + 1] as number) - (starts[p] as number);
    if (words - yielded < BETWEEN_YIELDS && p + threads < lists) continue;
    kernel.train(first, p + 1, threads, ...part.schedule);
    [first, yielded] = [p + threads, words];
    yield words;
  }
  return Uint32Array.from(state);
}

/** Takes the layers out of the memory, when all parts are done. */
export function endEpoch(training: Training, part: SgnsPart): void {
  const { kernel } = open(part);
  eachRow(part, kernel.inputs, (row, at) => training.inputs.set(row, at));
  eachRow(part, kernel.outputs, (row, at) => training.outputs.set(row, at));
  training.epoch += 1;
}

function open({ memory, layout }: SgnsPart): { kernel: Kernel; bytes: number } {
  const kernel = instantiate<Kernel>(KERNEL, memory);
  return { kernel, bytes: kernel.layOut(...layout) };
}

function write(part: SgnsPart, training: Training, corpus: Corpus): void {
  const { vocabulary, settings, inputs, outputs } = training;
  const { kernel, bytes } = open(part);
  if (bytes > MOST_PAGES * PAGE) {
    throw new InvalidInputError(
      `expected vectors and playlists that fit a memory of 4 GB, got ${Math.ceil(bytes / 2 ** 20)} MB`,
      'train with a smaller --size or a greater --min-count',
    );
  }
  const held = part.memory.buffer.byteLength;
  new Uint8Array(part.memory.buffer).fill(0, 0, bytes);
  if (held < bytes) part.memory.grow(Math.ceil((bytes - held) / PAGE));
  eachRow(part, kernel.inputs, (row, at) => row.set(inputs.subarray(at, at + settings.size)));
  eachRow(part, kernel.outputs, (row, at) => row.set(outputs.subarray(at, at + settings.size)));
  const put = (place: Place, values: ArrayLike<number>) => viewOf(part, place, values.length).set(values);
  put(kernel.aliases, packedAliases(vocabulary.counts.map((count) => count ** settings.exponent)));
  put(
    kernel.kept,
    keptOf(vocabulary.counts, settings.subsample).map((below) => Math.ceil(below) - 1),
  );
  put(kernel.tokens, corpus.tokens);
  put(kernel.starts, corpus.starts);
}

/** The alias table in 32 bits: where all of the 2^32 draws of a row stay none do, and all go to the row itself. */
function packedAliases(weights: Float64Array): Uint32Array {
  const { stays, alias } = aliasTable(weights);
  const packed = new Uint32Array(2 * weights.length);
  for (const [row, draws] of stays.entries()) {
    packed[2 * row] = draws;
    packed[2 * row + 1] = draws === 2 ** 32 ? row : (alias[row] as number);
  }
  return packed;
}

const viewOf = ({ memory }: SgnsPart, { value }: Place, length: number): Uint32Array =>
  new Uint32Array(memory.buffer, value >>> 0, length);

/** Each row of a layer in the memory, without its padding, and where it begins in the training's layer. */
function eachRow(
  { memory, layout }: SgnsPart,
  { value }: Place,
  visit: (row: Float32Array, at: number) => void,
): void {
  const [rows, size] = layout;
  const padded = Math.ceil(size / 8) * 8;
  const layer = new Float32Array(memory.buffer, value >>> 0, rows * padded);
  for (let row = 0; row < rows; row++) {
    visit(layer.subarray(row * padded, row * padded + size), row * size);
  }
}
