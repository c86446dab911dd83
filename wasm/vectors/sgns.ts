/**
 * Skip-gram with negative sampling, negatives being shared by the neighbours of a place: core/vectors/sgns.ts tells
 * what it computes. Numbers are 32-bit floats, four at a time; rows are padded with zeros to whole pairs of fours.
 */

/** Rows of the output layer that are learnt from at once: more sums than that would not fit the registers. */
const TILE: usize = 6;
const FOUR: usize = 16;

export let inputs: usize = 0;
export let outputs: usize = 0;
/** Of each row, how many of 2^32 draws that land on it stay there, and the row that the others go to. */
export let aliases: usize = 0;
/** Of each row, the largest number of the generator with which it is kept. */
export let kept: usize = 0;
export let tokens: usize = 0;
export let starts: usize = 0;
/** The generator's four numbers. */
export let state: usize = 0;

let rowBytes: usize = 0;
let rows: f64 = 0;
let window: i32 = 0;
let negatives: i32 = 0;
let subsamples: bool = false;

// Of a thread:
let touched: usize = 0;
let rates: usize = 0;
let targets: usize = 0;
let nowhere: usize = 0;
let tile: usize = 0;
let contexts: usize = 0;
let drawn: usize = 0;
let drawnNext: usize = 0;
let numbers: usize = 0;
let list: usize = 0;

let end: u64 = 0;
function take(count: u64, bytes: u64): usize {
  const at = end;
  end = (end + count * bytes + 63) & ~63;
  return <usize>at;
}

/** Lays everything out in the memory, for one of so many threads; how many bytes it takes. */
export function layOut(
  vocabulary: i32,
  size: i32,
  places: i32,
  lists: i32,
  longest: i32,
  reach: i32,
  against: i32,
  samples: bool,
  thread: i32,
  threads: i32,
): f64 {
  rowBytes = ((<usize>size + 7) >> 3) << 5;
  rows = vocabulary;
  window = reach;
  negatives = against;
  subsamples = samples;
  end = 64;
  inputs = take(vocabulary, rowBytes);
  outputs = take(vocabulary, rowBytes);
  aliases = take(vocabulary, 8);
  kept = take(vocabulary, 4);
  tokens = take(places, 4);
  starts = take(lists + 1, 4);
  const shared = end;
  layOutThread(longest);
  const own = end - shared;
  end = shared + own * thread;
  layOutThread(longest);
  return <f64>(shared + own * threads);
}

function layOutThread(longest: i32): void {
  state = take(1, FOUR);
  touched = take(1, FOUR);
  rates = take(2, FOUR);
  targets = take(TILE, 4);
  nowhere = take(1, rowBytes);
  tile = take(TILE, rowBytes);
  contexts = take(2 * window, 4);
  drawn = take(1 + negatives, 4);
  drawnNext = take(1 + negatives, 4);
  numbers = take(max(longest, 1 + 2 * negatives), 4);
  list = take(longest, 4);
}

/** Learns from every `step`-th list of `first` to `last` - 1; the rate falls by `fall` from `before` = 0 to `total`. */
export function train(first: i32, last: i32, step: i32, rate: f64, fall: f64, before: f64, total: f64): void {
  for (let p = first; p < last; p += step) {
    const from = load<i32>(starts + ((<usize>p) << 2));
    const to = load<i32>(starts + ((<usize>p) << 2), 4);
    trainList(sampled(from, to), <f32>(rate - fall * ((before + <f64>from) / total)));
  }
}

/** So many numbers of xoshiro128** (core/vectors/random.ts). */
function fill(count: i32): void {
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  for (let i = 0; i < count; i++) {
    store<u32>(numbers + ((<usize>i) << 2), rotl<u32>(b * 5, 7) * 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotl<u32>(d, 11);
  }
  store<u32>(state, a);
  store<u32>(state, b, 4);
  store<u32>(state, c, 8);
  store<u32>(state, d, 12);
}

function number(i: i32): u32 {
  return load<u32>(numbers + ((<usize>i) << 2));
}

function below(limit: f64, random: u32): i32 {
  return <i32>((<f64>random / 4294967296.0) * limit);
}

/** Puts the words of a list that are kept into `list`; how many there are. */
function sampled(from: i32, to: i32): i32 {
  if (subsamples) fill(to - from);
  let length = 0;
  for (let i = from; i < to; i++) {
    const row = load<i32>(tokens + ((<usize>i) << 2));
    if (subsamples && number(i - from) > load<u32>(kept + ((<usize>row) << 2))) continue;
    store<i32>(list + ((<usize>length) << 2), row);
    length++;
  }
  return length;
}

/** Draws the reach and the negatives of the next place, in this order, to `drawnNext`. */
function draw(): void {
  fill(1 + 2 * negatives);
  store<i32>(drawnNext, 1 + below(<f64>window, number(0)));
  for (let k = 1; k <= negatives; k++) {
    const row = below(rows, number(2 * k - 1));
    const entry = aliases + (<usize>row << 3);
    const stays = number(2 * k) < load<u32>(entry);
    store<i32>(drawnNext + (<usize>k << 2), stays ? row : load<i32>(entry, 4));
  }
}

function listed(i: i32): usize {
  return <usize>load<i32>(list + ((<usize>i) << 2)) * rowBytes;
}

/**
 * Reads what the place `i` will need, which changes nothing but that it is at hand then: rows lie anywhere in the
 * memory, and all are waited for at once.
 */
function touch(i: i32, length: i32): void {
  let sum = touchRow(outputs + listed(i), i32x4.splat(0));
  for (let k = 1; k <= negatives; k++) {
    sum = touchRow(outputs + <usize>load<i32>(drawnNext + ((<usize>k) << 2)) * rowBytes, sum);
  }
  if (i + window < length) sum = touchRow(inputs + listed(i + window), sum);
  v128.store(touched, sum);
}

function touchRow(row: usize, sum: v128): v128 {
  for (let d: usize = 0; d < rowBytes; d += 64) sum = v128.or(sum, v128.load(row + d));
  return sum;
}

function trainList(length: i32, rate: f32): void {
  if (length > 0) draw();
  for (let i = 0; i < length; i++) {
    const now = drawnNext;
    drawnNext = drawn;
    drawn = now;
    if (i + 1 < length) {
      draw();
      touch(i + 1, length);
    }
    const reach = load<i32>(drawn);
    const first = max(0, i - reach);
    const last = min(length - 1, i + reach);
    if (first < last) trainPlace(i, first, last, rate);
  }
}

/** Lets the neighbours of a place learn from the word there and its negatives, `TILE` rows at a time. */
function trainPlace(i: i32, first: i32, last: i32, rate: f32): void {
  let end = contexts;
  for (let j = first; j <= last; j++) {
    if (j === i) continue;
    store<usize>(end, inputs + listed(j));
    end += 4;
  }
  const there = outputs + listed(i);
  setTarget(0, there, rate);
  let slot: usize = 1;
  let positive = true;
  for (let k = 1; k <= negatives; k++) {
    const row = outputs + <usize>load<i32>(drawn + (<usize>k << 2)) * rowBytes;
    if (row === there || isTarget(row, slot)) continue;
    if (slot === TILE) {
      learn(end, positive);
      positive = false;
      slot = 0;
    }
    setTarget(slot, row, rate);
    slot++;
  }
  for (; slot < TILE; slot++) setTarget(slot, nowhere, 0);
  learn(end, positive);
}

/** Whether a row is among the first targets: of two copies one would be lost. */
function isTarget(row: usize, slots: usize): bool {
  for (let slot: usize = 0; slot < slots; slot++) if (target(slot) === row) return true;
  return false;
}

function setTarget(slot: usize, row: usize, rate: f32): void {
  store<usize>(targets + (slot << 2), row);
  store<f32>(rates + (slot << 2), rate);
}

/** Lets one context after the other learn, and the targets with it. The first target is there, if `positive`. */
function learn(end: usize, positive: bool): void {
  copyTargets();
  const labels = positive ? f32x4(1, 0, 0, 0) : f32x4.splat(0);
  for (let context = contexts; context < end; context += 4) step(load<usize>(context), labels);
  putTargets();
}

function target(slot: usize): usize {
  return load<usize>(targets + (slot << 2));
}

/** Copies the targets to `tile`, a four of each in turn, so that they are read by one pointer. */
function copyTargets(): void {
  let a = target(0);
  let b = target(1);
  let c = target(2);
  let d = target(3);
  let e = target(4);
  let f = target(5);
  const tileEnd = tile + TILE * rowBytes;
  for (let to = tile; to < tileEnd; to += TILE * FOUR) {
    v128.store(to, v128.load(a));
    v128.store(to, v128.load(b), 16);
    v128.store(to, v128.load(c), 32);
    v128.store(to, v128.load(d), 48);
    v128.store(to, v128.load(e), 64);
    v128.store(to, v128.load(f), 80);
    a += FOUR;
    b += FOUR;
    c += FOUR;
    d += FOUR;
    e += FOUR;
    f += FOUR;
  }
}

/** Copies `tile` back. */
function putTargets(): void {
  let a = target(0);
  let b = target(1);
  let c = target(2);
  let d = target(3);
  let e = target(4);
  let f = target(5);
  const tileEnd = tile + TILE * rowBytes;
  for (let from = tile; from < tileEnd; from += TILE * FOUR) {
    v128.store(a, v128.load(from));
    v128.store(b, v128.load(from, 16));
    v128.store(c, v128.load(from, 32));
    v128.store(d, v128.load(from, 48));
    v128.store(e, v128.load(from, 64));
    v128.store(f, v128.load(from, 80));
    a += FOUR;
    b += FOUR;
    c += FOUR;
    d += FOUR;
    e += FOUR;
    f += FOUR;
  }
}

/** Finds (label - σ(input · output)) rate for an input and the outputs of `tile`; all of them learn by it. */
function step(input: usize, labels: v128): void {
  const tileEnd = tile + TILE * rowBytes;
  const zero = f32x4.splat(0);
  let a = zero;
  let b = zero;
  let c = zero;
  let d = zero;
  let e = zero;
  let f = zero;
  let at = input;
  for (let output = tile; output < tileEnd; output += TILE * FOUR) {
    const x = v128.load(at);
    a = f32x4.add(a, f32x4.mul(x, v128.load(output)));
    b = f32x4.add(b, f32x4.mul(x, v128.load(output, 16)));
    c = f32x4.add(c, f32x4.mul(x, v128.load(output, 32)));
    d = f32x4.add(d, f32x4.mul(x, v128.load(output, 48)));
    e = f32x4.add(e, f32x4.mul(x, v128.load(output, 64)));
    f = f32x4.add(f, f32x4.mul(x, v128.load(output, 80)));
    at += FOUR;
  }
  const last = halves(e, f);
  const abcd = f32x4.mul(
    f32x4.sub(labels, sigmoid(wholes(halves(a, b), halves(c, d)))),
    v128.load(rates),
  );
  const ef = f32x4.mul(f32x4.sub(zero, sigmoid(wholes(last, last))), v128.load(rates, 16));
  a = v128.shuffle<f32>(abcd, abcd, 0, 0, 0, 0);
  b = v128.shuffle<f32>(abcd, abcd, 1, 1, 1, 1);
  c = v128.shuffle<f32>(abcd, abcd, 2, 2, 2, 2);
  d = v128.shuffle<f32>(abcd, abcd, 3, 3, 3, 3);
  e = v128.shuffle<f32>(ef, ef, 0, 0, 0, 0);
  f = v128.shuffle<f32>(ef, ef, 1, 1, 1, 1);
  for (let output = tile; output < tileEnd; output += TILE * FOUR) {
    const x = v128.load(input);
    let o = v128.load(output);
    let learnt = f32x4.add(x, f32x4.mul(a, o));
    v128.store(output, f32x4.add(o, f32x4.mul(a, x)));
    o = v128.load(output, 16);
    learnt = f32x4.add(learnt, f32x4.mul(b, o));
    v128.store(output, f32x4.add(o, f32x4.mul(b, x)), 16);
    o = v128.load(output, 32);
    learnt = f32x4.add(learnt, f32x4.mul(c, o));
    v128.store(output, f32x4.add(o, f32x4.mul(c, x)), 32);
    o = v128.load(output, 48);
    learnt = f32x4.add(learnt, f32x4.mul(d, o));
    v128.store(output, f32x4.add(o, f32x4.mul(d, x)), 48);
    o = v128.load(output, 64);
    learnt = f32x4.add(learnt, f32x4.mul(e, o));
    v128.store(output, f32x4.add(o, f32x4.mul(e, x)), 64);
    o = v128.load(output, 80);
    learnt = f32x4.add(learnt, f32x4.mul(f, o));
    v128.store(output, f32x4.add(o, f32x4.mul(f, x)), 80);
    v128.store(input, learnt);
    input += FOUR;
  }
}

function halves(a: v128, b: v128): v128 {
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
}

function wholes(a: v128, b: v128): v128 {
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
}

/** 1 / (1 + 2^-(x log₂ e)), x cut to ±30: the power by its whole part and Taylor's series of the rest, to 2e-6. */
function sigmoid(x: v128): v128 {
  const cut = f32x4.max(f32x4.splat(-30), f32x4.min(f32x4.splat(30), x));
  const power = f32x4.mul(cut, f32x4.splat(-Mathf.LOG2E));
  const whole = f32x4.nearest(power);
  const rest = f32x4.sub(power, whole);
  let series = f32x4.splat(0.0001540353039338161);
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(0.0013333558146428443));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(0.009618129107628477));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(0.05550410866482158));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(0.2402265069591007));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(Mathf.LN2));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(1));
  const raised = i32x4.add(series, i32x4.shl(i32x4.trunc_sat_f32x4_s(whole), 23));
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), raised));
}
