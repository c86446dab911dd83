// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { exp } = Math;

/** The weights of one prediction: the hidden layer and the rows of the output layer that it is held against. */
export interface Prediction {
  /** Holds the hidden layer from `at` on. */
  readonly hidden: Float32Array;
  at: number;
  /** Output layer, row by row. */
  readonly outputs: Float32Array;
  /** Rows of the output layer: `targets[0]` is the one that is there, those up to `count` were drawn. */
  readonly targets: Int32Array;
  count: number;
  readonly size: number;
  /** Is set to what is to be added to the hidden layer's sources. */
  readonly error: Float64Array;
}

/**
 * One step of stochastic gradient ascent on log σ(h·o₀) + Σ log σ(-h·oᵢ), i ≥ 1: negative sampling, formula 4 of
 * Mikolov and others (2013, arXiv 1310.4546). The output rows learn here, one after the other as in word2vec.c; the
 * hidden layer does not. A drawn row that is the one that is there is passed over.
 *
 * The loops take four numbers at a time into four sums, since additions then need not wait for each other, and the
 * error has double precision, which saves conversions: together a third faster than plain loops. σ is exact: a table of
 * it would save a twentieth.
 */
export function learn(prediction: Prediction, rate: number): void {
  const { hidden, at, outputs, targets, count, size, error } = prediction;
  const whole = size & ~3;
  error.fill(0);
  const there = targets[0] as number;
  for (let t = 0; t < count; t++) {
    const target = targets[t] as number;
    if (t > 0 && target === there) continue;
    const out = target * size;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < whole; i += 4) {
      a += (hidden[at + i] as number) * (outputs[out + i] as number);
      b += (hidden[at + i + 1] as number) * (outputs[out + i + 1] as number);
      c += (hidden[at + i + 2] as number) * (outputs[out + i + 2] as number);
      d += (hidden[at + i + 3] as number) * (outputs[out + i + 3] as number);
    }
    for (let i = whole; i < size; i++) a += (hidden[at + i] as number) * (outputs[out + i] as number);
    const likely = 1 / (1 + exp(-(a + b + c + d)));
    const step = ((t === 0 ? 1 : 0) - likely) * rate;
    for (let i = 0; i < whole; i += 4) {
      const a = outputs[out + i] as number;
      const b = outputs[out + i + 1] as number;
      const c = outputs[out + i + 2] as number;
      const d = outputs[out + i + 3] as number;
      error[i] = (error[i] as number) + step * a;
      error[i + 1] = (error[i + 1] as number) + step * b;
      error[i + 2] = (error[i + 2] as number) + step * c;
      error[i + 3] = (error[i + 3] as number) + step * d;
      outputs[out + i] = a + step * (hidden[at + i] as number);
      outputs[out + i + 1] = b + step * (hidden[at + i + 1] as number);
      outputs[out + i + 2] = c + step * (hidden[at + i + 2] as number);
      outputs[out + i + 3] = d + step * (hidden[at + i + 3] as number);
    }
    for (let i = whole; i < size; i++) {
      const weight = outputs[out + i] as number;
      error[i] = (error[i] as number) + step * weight;
      outputs[out + i] = weight + step * (hidden[at + i] as number);
    }
  }
}
