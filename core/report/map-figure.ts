import type { ArtistMap } from '../map/artist-map.ts';
import type { ComparedArtist } from './compared.ts';
import { figure, percent } from './figures.ts';
import { framed, HEIGHT, STRIP_BOTTOM, STRIP_TOP, STYLE_COLOURS, WIDTH } from './frame.ts';
import { type Content, type Html, html } from './html.ts';

/** Up to so many artists are drawn one by one; of more, the picture is shown. */
const DRAWN_UP_TO = 3000;
/** Names on the map: how many, how long, how large. */
const NAMES = 30;
const LONGEST = 24;
const LETTERS = 22;

/** The map with a few names, what its colours mean, and how far it can be believed. `picture` is its PNG as base64. */
export function mapFigure(map: ArtistMap, artists: readonly ComparedArtist[], picture: string): Html {
  const { styles, trustworthiness, kept, k, artists: looked } = map.quality;
  const places = framed(map);
  const colour = (style: number) => STYLE_COLOURS[style] as string;
  const drawn: Content =
    artists.length > DRAWN_UP_TO
      ? html`<image href="data:image/png;base64,${picture}" width="${WIDTH}" height="${HEIGHT}"/>`
      : [
          html`<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
          ...artists.map(
            ({ name }, i) =>
              html`<circle cx="${at(places.x[i])}" cy="${at(places.y[i])}" r="5" fill="${colour(map.style[i] as number)}" fill-opacity=".8"><title>${name}</title></circle>\n`,
          ),
          strip(map),
        ];
  const alt = `Map of ${artists.length} artists: those that sound alike lie near each other, in ${styles.length} colours by style. The list below tells the styles.`;
  return html`<figure>
<svg role="img" aria-label="${alt}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${drawn}${labels(places, artists)}</svg>
<figcaption>
<p>Near each other are artists that sound alike; directions mean nothing. Of an artist's ${k} nearest in truth, ${percent(kept)} are among its ${k} nearest here (kept), and who is near here is near in truth to ${figure(trustworthiness)} of at most 1 (trustworthiness), over ${looked} artists. Named are the most popular. The same map as a picture without names, since no font is brought along: <a href="map.png">map.png</a>.</p>
<ul class="styles">${styles.map(
    ({ words, artists: size }, style) =>
      html`<li><svg aria-hidden="true" viewBox="0 0 16 16"><rect width="16" height="16" fill="${colour(style)}"/></svg> ${words} (${size})</li>\n`,
  )}</ul>
</figcaption>
</figure>`;
}

function strip({ quality: { styles }, x }: ArtistMap): Html[] {
  let left = 0;
  return styles.map(({ artists }, style) => {
    const width = (artists / x.length) * WIDTH;
    left += width;
    return html`<rect x="${at(left - width)}" y="${STRIP_TOP}" width="${at(width)}" height="${STRIP_BOTTOM - STRIP_TOP}" fill="${STYLE_COLOURS[style] as string}"/>`;
  });
}

/** Names of the most popular artists, where there is room for them. */
function labels({ x, y }: { x: Float64Array; y: Float64Array }, artists: readonly ComparedArtist[]): Html[] {
  const popularity = (row: number) => artists[row]?.popularity ?? -1;
  const rows = artists.map((_, row) => row).sort((a, b) => popularity(b) - popularity(a) || a - b);
  const taken: { left: number; right: number; y: number }[] = [];
  return rows.slice(0, NAMES).flatMap((row) => {
    const name = shortened(artists[row]?.name ?? '');
    const [px, py] = [x[row] as number, y[row] as number];
    const width = widthOf(name);
    const isRight = px + 10 + width < WIDTH;
    const left = isRight ? px + 10 : px - 10 - width;
    const meets = taken.some(
      (other) => left < other.right && other.left < left + width && Math.abs(other.y - py) < LETTERS,
    );
    if (meets) return [];
    taken.push({ left, right: left + width, y: py });
    return html`<text x="${at(isRight ? px + 10 : px - 10)}" y="${at(py + LETTERS / 3)}"${isRight ? null : html` text-anchor="end"`}>${name}</text>\n`;
  });
}

/** By whole characters, as people see them. */
function shortened(name: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : name;
}

/** About: Latin letters are half as wide as high, others as wide. */
const widthOf = (name: string): number =>
  Array.from(name).reduce((sum, character) => sum + LETTERS * (character < '\u0500' ? 0.55 : 1), 0);

const at = (value: number | undefined): string => (value as number).toFixed(1);
