import { baseTitle, songKey, TakenSongs } from '../../../../core/recommend/doubles.ts';

test.each([
  // As streaming services and record shops write them.
  ['Bohemian Rhapsody - Remastered 2011', 'bohemian rhapsody'],
  ['Here Comes The Sun - 2019 Mix', 'here comes the sun'],
  ['Heroes - 2017 Remaster', 'heroes'],
  ['Paint It, Black - Mono / Remastered', 'paint it, black'],
  ['Space Oddity - 2015 Remastered Version', 'space oddity'],
  ['I Feel Fine (Mono)', 'i feel fine'],
  ['Creep (Radio Edit)', 'creep'],
  ['Blue Monday - Single Version', 'blue monday'],
  ['Enjoy the Silence - Single Mix', 'enjoy the silence'],
  ['Hotel California - Live On MTV, 1994', 'hotel california'],
  ['Comfortably Numb (Live)', 'comfortably numb'],
  ['Wish You Were Here [Live at Knebworth 1990]', 'wish you were here'],
  ['Alive (Live)', 'alive'],
  ['Layla - Acoustic Live / Unplugged; 1992', 'layla'],
  ['Umbrella (feat. JAY-Z)', 'umbrella'],
  ['Stay (with Justin Bieber)', 'stay'],
  ['Crazy In Love feat. Jay-Z', 'crazy in love'],
  ['No Church in the Wild ft. Frank Ocean', 'no church in the wild'],
  ['Love Story (Taylor’s Version)', 'love story'],
  ['All Too Well (10 Minute Version) (Taylor’s Version) [From The Vault]', 'all too well [from the vault]'],
  ['Halo (Deluxe Edition)', 'halo'],
  ['Nothing Else Matters – Remastered', 'nothing else matters'],
  ['September (Remastered', 'september'],
  ['Don’t Stop Me Now (2011 Remaster)', "don't stop me now"],
  ['Under Pressure (feat. David Bowie) - 2011 Remaster', 'under pressure'],
  ['Beyoncé  (LIVE)', 'beyonce'],
  // Hangul and kana.
  ['봄날 (라이브)', '봄날'],
  ['좋은 날 (feat. 아이유)', '좋은 날'],
  ['밤편지 - 라이브 버전', '밤편지'],
  ['Dynamite (한국어 ver.)', 'dynamite'],
  ['アイドル（ライブ）', 'アイドル'],
  ['夜に駆ける - 2021 リマスター', '夜に駆ける'],
  ['糸【ライヴ・バージョン】', '糸'],
  ['瞳をとじて ～Live ver.～', '瞳をとじて'],
  // Another song, or all of the title.
  ['Live', 'live'],
  ['Remastered', 'remastered'],
  ['(Live)', '(live)'],
  ['- Live', '- live'],
  ['Live and Let Die', 'live and let die'],
  ['Song (Live and Let Die)', 'song (live and let die)'],
  ['Where I Live', 'where i live'],
  ['Home (The Place I Live)', 'home (the place i live)'],
  ['Version of Me', 'version of me'],
  ['Mono', 'mono'],
  ['Radio (Gaga)', 'radio (gaga)'],
  ['1979 - 1979', '1979 - 1979'],
  ['(I Can’t Get No) Satisfaction', "(i can't get no) satisfaction"],
  ['Blue Monday (Extended Mix)', 'blue monday (extended mix)'],
  ['Sun Is Shining (Funkstar De Luxe Remix)', 'sun is shining (funkstar de luxe remix)'],
  ['Umbrella (feat. JAY-Z) [Remix]', 'umbrella [remix]'],
  ['Song feat. Someone (Club Remix)', 'song (club remix)'],
  ['Defeat. Again', 'defeat. again'],
  ['A - B', 'a - b'],
  ['Oliver', 'oliver'],
  ['Song (Silver)', 'song (silver)'],
  ['', ''],
])('%s is %s', (title, base) => {
  expect(baseTitle(title)).toBe(base);
});

test('versions of a song have a key in common, those of other artists do not, and nobody without a name', () => {
  expect(songKey('BEYONCÉ', 'Halo (Live)')).toBe(songKey('Beyoncé', 'Halo'));
  expect(songKey('Ane Brun', 'Halo')).not.toBe(songKey('Beyoncé', 'Halo'));
  expect([songKey(null, 'Halo'), songKey('Beyoncé', null)]).toEqual([null, null]);
});

test('a song is taken by its names or by its recording code', () => {
  const taken = new TakenSongs();
  taken.add({ name: 'Halo', artist: 'Beyoncé', isrc: 'USSM10804556' });
  taken.add({ name: null, artist: null, isrc: null });
  expect(taken.has({ name: 'Halo - Live', artist: 'Beyonce', isrc: null })).toBe(true);
  expect(taken.has({ name: 'Halo (From a Film)', artist: 'Various', isrc: 'USSM10804556' })).toBe(true);
  expect(taken.has({ name: 'Halo', artist: 'Ane Brun', isrc: 'SE0000000001' })).toBe(false);
  expect(taken.has({ name: null, artist: null, isrc: null })).toBe(false);
});
