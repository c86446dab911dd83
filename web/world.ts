import type { ExploredArtist, ExploredCatalogue } from '../core/explore.ts';
import { foldName } from '../core/text.ts';

/** The catalogue, and what is looked up in it. */
export interface World {
  catalogue: ExploredCatalogue;
  /** Places in the list of artists. */
  places: ReadonlyMap<string, number>;
  /** The artists whose name, or a word of it, begins as what was typed; then those that contain it. The known ones first. */
  search(typed: string, limit: number): ExploredArtist[];
  /** Whether a mean is in the upper third of the catalogue's (1), in the lower (-1), or neither (0). */
  third(feature: string, mean: number): number;
}

/** Prepares what is looked up. */
export function worldOf(catalogue: ExploredCatalogue): World {
  const { artists } = catalogue;
  return {
    catalogue,
    places: new Map(artists.map(({ id }, place) => [id, place])),
    search: searcher(artists),
    third: thirds(catalogue),
  };
}

/** The artist of an id, where it is in the catalogue. */
export const artistOf = ({ catalogue, places }: World, id: string | undefined): ExploredArtist | undefined =>
  catalogue.artists[places.get(id ?? '') ?? -1];

function searcher(artists: readonly ExploredArtist[]): World['search'] {
  let folded: { artist: ExploredArtist; name: string }[] | undefined;
  return (typed, limit) => {
    folded ??= artists
      .map((artist) => ({ artist, name: foldName(artist.name) }))
      .sort((a, b) => (b.artist.popularity ?? -1) - (a.artist.popularity ?? -1));
    const wanted = foldName(typed);
    if (wanted === '') return [];
    const found: ExploredArtist[][] = [[], [], [], []];
    for (const { artist, name } of folded) {
      const at = name.indexOf(wanted);
      if (at < 0) continue;
      const how = name === wanted ? 0 : at === 0 ? 1 : name.includes(` ${wanted}`) ? 2 : 3;
      found[how]?.push(artist);
    }
    return found.flat().slice(0, limit);
  };
}

function thirds({ artists, features }: ExploredCatalogue): World['third'] {
  const bounds = new Map<string, [number, number]>();
  const boundsOf = (place: number): [number, number] => {
    const means = artists.flatMap(({ means }) => means[place] ?? []).sort((a, b) => a - b);
    const at = (share: number) => means[Math.floor(means.length * share)] ?? Number.NaN;
    return [at(1 / 3), at(2 / 3)];
  };
  return (feature, mean) => {
    const place = features.findIndex(({ name }) => name === feature);
    if (place < 0) return 0;
    const known = bounds.get(feature) ?? boundsOf(place);
    bounds.set(feature, known);
    return mean >= known[1] && mean > known[0] ? 1 : mean <= known[0] && mean < known[1] ? -1 : 0;
  };
}
