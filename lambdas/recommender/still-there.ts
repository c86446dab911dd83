import { CapabilityMissingError, PostponedError, SoundalikeError } from '../../core/errors.ts';
import type { SongLookup } from '../../core/ports.ts';
import { SourceHealth } from '../../core/source-health.ts';

/** What Spotify answered about songs. */
export class StillThere {
  readonly #lookup: SongLookup;
  readonly #most: number;
  readonly #health = new SourceHealth('Spotify');
  readonly #asked = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #isrcs = new Map<string, string>();
  /** The songs that Spotify no longer has, in the order asked. */
  readonly gone = new Set<string>();
  /** Why it is not asked any more; null where it is. */
  stopped: string | null = null;

  /** Asks for `most` songs at most. */
  constructor(lookup: SongLookup, most: number) {
    this.#lookup = lookup;
    this.#most = most;
  }

  /** How many songs it was asked for. */
  get asked(): number {
    return this.#asked.size;
  }

  /** The recording code that it told of a song. */
  isrc(id: string): string | null {
    return this.#isrcs.get(id) ?? null;
  }

  /** Asks one by one for the songs that were not asked for yet, as long as that is allowed; tells whether any was. */
  async ask(ids: readonly string[]): Promise<boolean> {
    const before = this.#asked.size;
    for (const id of ids) {
      if (this.#asked.has(id) || this.#failed.has(id) || this.stopped !== null) continue;
      if (this.#asked.size === this.#most) {
        this.stopped = `${this.gone.size} of ${this.#most} are gone, which is too many to go on`;
        break;
      }
      await this.#untilItEnds(async () => {
        const { failure, value: song } = await this.#health.ask(() => this.#lookup.song(id));
        // A song for which Spotify fails alone stays in the list.
        if (failure) this.#failed.add(id);
        else this.#asked.add(id);
        if (song === null) this.gone.add(id);
        else if (song?.isrc) this.#isrcs.set(id, song.isrc);
      });
    }
    await this.#untilItEnds(async () => this.#health.settle());
    return this.#asked.size > before;
  }

  /** The list can do without the answer. */
  async #untilItEnds(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof PostponedError || error instanceof CapabilityMissingError)) throw error;
      this.stopped = (error.cause instanceof SoundalikeError ? error.cause : error).message;
    }
  }
}
