import type { JSX } from 'preact';
import type { ExploredCatalogue } from '../core/explore.ts';
import { colourOf, GREY } from './colours.ts';
import { count } from './format.ts';
import type { World } from './world.ts';

/** By what the map is coloured, and which of its kinds alone; null: all. */
export interface Colouring {
  by: 'style' | 'genre';
  only: number | null;
}

interface Kind {
  words: string;
  artists: number;
}

const GENRES = 11;

/** The genres that most artists have: what colours stand for. */
function genresOf({ artists }: ExploredCatalogue): Kind[] {
  const counts = new Map<string, number>();
  for (const { genres } of artists)
    for (const genre of genres) counts.set(genre, (counts.get(genre) ?? 0) + 1);
  return [...counts]
    .map(([words, artists]) => ({ words, artists }))
    .sort((a, b) => b.artists - a.artists || (a.words < b.words ? -1 : 1))
    .slice(0, GENRES);
}

const kindsOf = (catalogue: ExploredCatalogue, by: Colouring['by']): Kind[] =>
  by === 'genre' ? genresOf(catalogue) : (catalogue.map?.styles ?? []);

/** The colour of each artist; null where it is none of the kind that alone is shown. */
export function coloursOf(catalogue: ExploredCatalogue, { by, only }: Colouring): (string | null)[] {
  const places = new Map(kindsOf(catalogue, by).map(({ words }, place) => [words, place]));
  const kindOf = ({ genres, style }: ExploredCatalogue['artists'][number]): number | null => {
    if (by === 'style') return style;
    const found = genres.flatMap((genre) => places.get(genre) ?? []);
    // Of several, the one that is looked at, and else the rarest, which says most.
    return found.length === 0 ? null : only !== null && found.includes(only) ? only : Math.max(...found);
  };
  return catalogue.artists.map((artist) => {
    const kind = kindOf(artist);
    if (only !== null && kind !== only) return null;
    return kind === null ? GREY : colourOf(kind);
  });
}

/** What the colours stand for; each can be shown alone. */
export function Key(props: {
  world: World;
  colouring: Colouring;
  onChange(colouring: Colouring): void;
}): JSX.Element {
  const { world, colouring, onChange } = props;
  const { by, only } = colouring;
  const kinds = kindsOf(world.catalogue, by);
  return (
    <div class="mapkey">
      <label>
        Colour by{' '}
        <select
          value={by}
          onChange={({ currentTarget }) =>
            onChange({ by: currentTarget.value === 'genre' ? 'genre' : 'style', only: null })
          }
        >
          <option value="style">style</option>
          <option value="genre">genre</option>
        </select>
      </label>
      <ul aria-label={`Colours by ${by}`}>
        {kinds.map(({ words, artists }, kind) => (
          <li key={kind}>
            <button
              type="button"
              aria-pressed={only === kind}
              title={`Show only: ${words}`}
              onClick={() => onChange({ by, only: only === kind ? null : kind })}
            >
              <span class="swatch" style={{ background: colourOf(kind) }} aria-hidden="true" />
              <span>{words}</span> <small>{count(artists)}</small>
            </button>
          </li>
        ))}
      </ul>
      {kinds.length === 0 && <span class="quiet">No {by}s are known.</span>}
    </div>
  );
}
