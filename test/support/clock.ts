import type { Clock } from '../../core/ports.ts';

/** A clock that stands still until someone sleeps on it or moves it; starts at 2026-11-22, noon UTC. */
export class FakeClock implements Clock {
  /** How long was slept, in milliseconds, in order. */
  readonly waits: number[] = [];
  #now = Date.UTC(2026, 10, 22, 12);
  readonly #timers = new Set<{ every: number; due: number; work: () => void }>();

  now(): number {
    return this.#now;
  }

  /** Moves the clock at once; those who sleep at the same time sleep in parallel. */
  async sleep(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    this.waits.push(milliseconds);
    await new Promise(setImmediate);
    this.advance(until - this.#now);
  }

  every(milliseconds: number, work: () => void): () => void {
    const timer = { every: milliseconds, due: this.#now + milliseconds, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves the clock forward and does what falls due. */
  advance(milliseconds: number): void {
    this.#now += Math.max(0, milliseconds);
    for (const timer of this.#timers) {
      for (; timer.due <= this.#now && this.#timers.has(timer); timer.due += timer.every) timer.work();
    }
  }
}
