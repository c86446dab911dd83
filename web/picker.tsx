import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { ExploredArtist } from '../core/explore.ts';
import { counted } from './format.ts';
import type { World } from './world.ts';

const SHOWN = 8;

/** What is asked of a picker. */
interface PickerProps {
  world: World;
  label: string;
  /** What stands in it at first. */
  value?: string;
  /** Whether its label is shown; else the placeholder tells it to those who see. */
  isLabelled?: boolean;
  onPick(artist: ExploredArtist): void;
}

/**
 * Picks an artist as one types: an editable combobox with a list, by
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export function Picker({ world, label, value = '', isLabelled = false, onPick }: PickerProps): JSX.Element {
  const id = useId();
  const [typed, setTyped] = useState(value);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const found = isOpen ? world.search(typed, SHOWN) : [];
  const pick = (artist: ExploredArtist | undefined) => {
    if (!artist) return;
    setTyped(isLabelled ? artist.name : '');
    setOpen(false);
    onPick(artist);
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !isOpen) setOpen(true);
    else if (step && found.length > 0) setActive((active + step + found.length) % found.length);
    else if (event.key === 'Enter') pick(found[active]);
    else if (event.key === 'Escape' && isOpen) setOpen(false);
    else if (event.key === 'Escape') setTyped('');
    else return;
    event.preventDefault();
  };
  const isListed = found.length > 0;
  return (
    <div class="picker">
      <label class={isLabelled ? '' : 'unseen'} for={`${id}i`}>
        {label}
      </label>
      <input
        id={`${id}i`}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={isLabelled ? '' : label}
        aria-autocomplete="list"
        aria-controls={`${id}l`}
        aria-expanded={isListed}
        aria-activedescendant={isListed ? `${id}o${active}` : undefined}
        value={typed}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setActive(0);
          setOpen(true);
        }}
        onFocus={({ currentTarget }) => currentTarget.select()}
        onKeyDown={pressed}
        onBlur={() => {
          setOpen(false);
          // What was typed and not chosen is not what the view shows.
          if (isLabelled) setTyped(value);
        }}
      />
      <div id={`${id}l`} role="listbox" aria-label={label} hidden={!isListed}>
        {found.map((artist, place) => (
          <Option
            key={artist.id}
            id={`${id}o${place}`}
            artist={artist}
            isActive={place === active}
            pick={pick}
          />
        ))}
      </div>
      <p class="unseen" role="status">
        {isOpen &&
          typed.trim() !== '' &&
          (isListed ? counted(found.length, 'artist') : 'No artist of that name')}
      </p>
      {isOpen && typed.trim() !== '' && !isListed && <p class="none">No artist of that name</p>}
    </div>
  );
}

function Option(props: {
  id: string;
  artist: ExploredArtist;
  isActive: boolean;
  pick(artist: ExploredArtist): void;
}): JSX.Element {
  const { id, artist, isActive, pick } = props;
  return (
    // The keys are the input's, which keeps the focus: so the list is not left before it is clicked.
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    // biome-ignore lint/a11y/useFocusableInteractive: as above
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => pick(artist)}
    >
      <span class="name" title={artist.name}>
        {artist.name}
      </span>
      <small>{artist.genres[0] ?? artist.id}</small>
    </div>
  );
}
