#!/usr/bin/env -S node --experimental-import-text --disable-warning=ExperimentalWarning
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InternalError, SoundalikeError, UsageError } from '../core/errors.ts';
import { RECOMMENDATION_METHODS } from '../core/events.ts';
import { DEFAULT_FEATURES, FEATURES } from '../core/features.ts';
import { METHODS } from '../core/methods/method.ts';
import { ENVIRONMENT } from '../core/names.ts';
import { PLAYLIST_FORMATS } from '../core/playlist-formats.ts';
import { MODES } from '../sample/stand-in/modes.ts';
import * as commands from './commands.ts';
import { DEFAULT_FOLDER, SAMPLE_FOLDER } from './data-folder.ts';
import { printJson, say, sayStack } from './output.ts';
import { errorFields, report } from './perform.ts';

const list = (text: string): string[] => text.split(',').map((part) => part.trim());

const number = (text: string): number => {
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  throw new InvalidArgumentError('expected a number');
};

const allOrNumber = (text: string): 'all' | number => (text === 'all' ? 'all' : number(text));

const program = new Command('soundalike')
  .description('Which artists sound alike, and what to hear next.')
  .configureHelp({ showGlobalOptions: true })
  // An option that is not known may be a misspelt one, and its value a secret.
  .configureOutput({
    writeErr: (text) =>
      say(
        ...text
          .trimEnd()
          .replace(/(unknown option '[^'=]*=).*'/s, "$1…'")
          .split('\n'),
      ),
  })
  .exitOverride();

const command = (parent: Command, name: string, description: string): Command =>
  parent
    .command(name)
    .description(description)
    .option(
      '--data <dir>',
      `folder of the lake and, without --database, of the database (default: ${DEFAULT_FOLDER} once it holds data, else for the sample ${SAMPLE_FOLDER})`,
    )
    .option('--date <yyyy-mm-dd>', 'UTC day; today by default')
    .addOption(
      new Option('--database <mysql://...>', 'MySQL or MariaDB in the place of SQLite').env(
        ENVIRONMENT.database,
      ),
    )
    .option('--json', 'print one JSON document on stdout');

const stackName = (text: string): string => {
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(text)) return text;
  throw new InvalidArgumentError('expected the name of a stack: a letter, then letters, digits and dashes');
};

/** Options that name parts of this machine, which a stack has of its own. */
const OF_THIS_MACHINE = ['data', 'database', 'catalogue', 'mode'];

const reachesStack = (to: Command, ofThisMachine = OF_THIS_MACHINE): Command =>
  to
    .option('--stack <name>', 'do it in this deployed stack, not on this machine', stackName)
    .hook('preAction', (_, run) => {
      const given = run.options.filter(
        (option) => run.getOptionValueSource(option.attributeName()) === 'cli',
      );
      const other = given.find((option) => ofThisMachine.includes(option.attributeName()));
      if (run.opts().stack === undefined || !other) return;
      throw new UsageError(
        `expected --stack without ${other.long}, got both`,
        `leave out ${other.long}: the stack has its own`,
      );
    });

const speaksToSpotify = (to: Command): Command =>
  to
    .option('--catalogue <dir>', 'let the stand-in for Spotify serve this dataset folder')
    .addOption(new Option('--mode <mode>', 'let the stand-in play this kind of Spotify app').choices(MODES));

const collects = (to: Command): Command =>
  speaksToSpotify(to)
    .option('--artists <id,...>', 'ask for these followed artists only, and merge them into the day', list)
    .option(
      '--tracks <n>',
      'tracks of each artist, 1 to 300 (default: 10); above 10 albums are walked',
      number,
    )
    .option('--budget <n>', 'HTTP requests that this call may make at most', number)
    .option('--dry-run', 'tell what would be done, and write nothing');

const compares = (to: Command): Command =>
  to
    .option(
      '--features <name,...>',
      `of ${FEATURES.join(', ')} (default: ${DEFAULT_FEATURES.join(', ')})`,
      list,
    )
    .option(
      '--neighbours <all|K>',
      'neighbours of each artist (default: all up to 2000 artists, else 50)',
      allOrNumber,
    )
    .option('--min-coverage <x>', 'share of artists needed to publish, 0 to 1 (default: 0.8)', number)
    .option('--method <method>', `how: ${METHODS.join(', ')} (default: mean)`)
    .option('--ruler <run or file>', 'measure by the ranges of this run, or of its result in a file')
    .option(
      '--require <measure,...>',
      'publish only if these hold, as sharedGenre@10 (no worse than last time) or sharedGenre@10>=0.4',
      list,
    );

reachesStack(
  compares(collects(command(program, 'run', 'collect a day, compare its artists and publish'))),
).action(commands.run);
collects(command(program, 'collect', 'collect the tracks and audio features of a day')).action(
  commands.collectDay,
);
reachesStack(compares(command(program, 'similarity', 'compare the artists of a collected day and publish')))
  .option('--dry-run', 'compute, and write nothing')
  .action(commands.compareDay);
reachesStack(
  speaksToSpotify(
    command(
      program,
      'import [path...]',
      'make a dataset the data of a day, or take in a privacy export of Spotify (files, archives, folders)',
    ),
  ),
)
  .option('--own-playlists', "take in the user's own playlists, in the place of paths")
  .action((paths, options) =>
    import('./import-commands.ts').then(({ importAny }) => importAny(paths, options)),
  );
reachesStack(
  command(
    program,
    'score',
    'how well neighbours agree with what is known of artists: genres, playlists, lists',
  ),
)
  .option('--method <method>', `one of ${METHODS.join(', ')} (default: that of the published run)`)
  .option('--compare <method,...>', 'several methods side by side', list)
  .option('--features <name,...>', 'to compare by, in the place of the defaults', list)
  .option('--ruler <run or file>', 'measure by the ranges of this run, or of its result in a file')
  .option('--genres <file>', "a CSV of artists' genres, in the place of Spotify's")
  .option('--related <file>', 'a CSV of pairs of artists that are known to be related')
  .option('--keep', 'keep these files in the lake, so that every run is scored by them')
  .option(
    '--recommendations',
    'how well recommended songs agree with playlists and with what you heard later',
  )
  .option('--seed <n>', 'with --recommendations: of everything random', number)
  .action((options) => import('./score-commands.ts').then(({ score }) => score(options)));
reachesStack(command(program, 'similar <artist>', 'who sounds like an artist (id or name), and why'))
  .option('--limit <n>', 'neighbours at most', number, 10)
  .action(commands.similar);

reachesStack(
  command(program, 'drift <artist>', 'what became of an artist (id or name) between two published days'),
)
  .option('--from <yyyy-mm-dd>', 'first day (default: the last but one that has the artist)')
  .option('--to <yyyy-mm-dd>', 'second day (default: the last that has the artist)')
  .action((artist, options) =>
    import('./drift-command.ts').then(({ tellDrift }) => tellDrift(artist, options)),
  );
reachesStack(command(program, 'explore', 'look at it all in the browser, until Ctrl-C'))
  .option('--port <n>', 'of 127.0.0.1; 0 for any free one (default: 8899, or any free one)', number)
  .option('--no-open', 'do not open the browser')
  .action((options) => import('./explore-command.ts').then(({ explore }) => explore(options)));

reachesStack(
  speaksToSpotify(command(program, 'doctor', 'see what works, and what to do about what does not')),
).action(commands.doctor);

reachesStack(
  command(program, 'alarm-test', 'set off an alarm of a deployed stack, to see that its notice arrives'),
)
  .option('--alarm <name>', 'this alarm (default: the first by name that is not in alarm)')
  .action((options) => import('./stack-commands.ts').then(({ alarmTest }) => alarmTest(options)));

reachesStack(
  command(program, 'restore', 'make a deployed stack know what lies in its lake (docs/restore.md)'),
).action((options) => import('./stack-commands.ts').then(({ restoreStack }) => restoreStack(options)));

const artists = program.command('artists').description('the artists that are followed');
reachesStack(speaksToSpotify(command(artists, 'add [name-or-id...]', 'follow artists')))
  .option('--from-listening', 'follow those that were heard most')
  .option('--days <n>', 'with --from-listening: in so many days', number, 30)
  .option('--from-library <file>', 'follow those that YourLibrary.json of a privacy export has')
  .action(commands.artistsAdd);
reachesStack(command(artists, 'list', 'list the known artists')).action(commands.artistsList);
reachesStack(command(artists, 'remove <id...>', 'forget artists')).action(commands.artistsRemove);

reachesStack(speaksToSpotify(command(program, 'login', 'connect your Spotify account, in the browser')))
  .option(
    '--port <n>',
    'of 127.0.0.1, to which Spotify sends the browser back; 0 for any free one',
    number,
    8888,
  )
  .option('--timeout <seconds>', 'how long to wait for the browser', number, 300)
  .action((options) => import('./user-commands.ts').then(({ login }) => login(options)));
reachesStack(
  speaksToSpotify(command(program, 'listen', 'take in what you heard, and learn its audio features')),
).action((options) => import('./user-commands.ts').then(({ listen }) => listen(options)));
reachesStack(command(program, 'forget', 'remove all that is known of you, the login too'))
  .option('--yes', 'do not ask')
  .action((options) => import('./user-commands.ts').then(({ forgetUser }) => forgetUser(options)));

reachesStack(
  command(
    program,
    'train',
    'train vectors of songs on the playlists of the lake, and measure them; with --stack here, for that stack',
  ),
  [],
)
  .option('--size <n>', 'dimensions of a vector', number)
  .option('--window <n>', 'songs to each side that count as neighbours', number)
  .option('--negatives <n>', 'songs drawn against each neighbour', number)
  .option('--exponent <x>', 'of the counts by which they are drawn', number)
  .option('--epochs <n>', 'passes over the playlists', number)
  .option('--min-count <n>', 'least times that a song must stand in them', number)
  .option('--subsample <x>', 'threshold above which frequent songs are thinned; 0: none', number)
  .option('--rate <x>', 'learning rate at the beginning', number)
  .option('--seed <n>', 'of everything random', number)
  .option('--cbow', 'continuous bag of words in the place of skip-gram')
  .option(
    '--threads <n>',
    'for skip-gram (default: 1); with more the same seed gives another model each time',
    number,
  )
  .option('--tune [seconds]', 'search for better settings first, and keep those found (default: 600)', number)
  .action((options) => import('./train-commands.ts').then(({ trainModel }) => trainModel(options)));

reachesStack(speaksToSpotify(command(program, 'recommend', 'what to hear next, by what you heard lately')))
  .option('--days <n>', 'days of listening that count (default: 7)', number)
  .option('--half-life <days>', 'days after which a play weighs half (default: 3)', number)
  .option('--per-song <n>', 'nearest songs of each heard one (default: 2)', number)
  .option('--size <n>', 'songs of the list at most (default: 30)', number)
  .option('--max-per-artist <n>', 'songs of one artist at most (default: 2)', number)
  .option(
    '--method <method>',
    `${RECOMMENDATION_METHODS.join(', ')} (default: items where playlists know what you heard, else sound)`,
  )
  .option('--model <name>', 'model of vectors (default: the last one trained)')
  .option('--push', 'write the songs to your playlist')
  .option('--dry-run', 'tell what would be recommended, and write nothing')
  .action((options) =>
    import('./recommend-commands.ts').then(({ recommendSongs }) => recommendSongs(options)),
  );

const history = program.command('history').description('what you heard');
reachesStack(command(history, 'export', 'write every play as a line of JSON'))
  .option('--output <file>', 'to a file, in the place of stdout')
  .action((options) => import('./history-commands.ts').then(({ historyExport }) => historyExport(options)));

const playlist = program.command('playlist').description('playlists, in your Spotify account or as files');
command(playlist, 'export', 'write the songs that were recommended last as a playlist file')
  .option('--format <format>', `${PLAYLIST_FORMATS.join(', ')} (default: as --output ends, else csv)`)
  .option('--output <file>', 'to a file, in the place of stdout')
  .option('--name <text>', 'name of the playlist (default: "Soundalike yyyy-mm-dd")')
  .action((options) =>
    import('./playlist-commands.ts').then(({ playlistExport }) => playlistExport(options)),
  );
speaksToSpotify(
  command(playlist, 'push <file>', 'write songs to your playlist: URIs or links, one a line; - is stdin'),
)
  .option('--name <text>', 'default: "AI Generated Playlist - dd/mm/yyyy"')
  .option('--description <text>')
  .option('--private', 'keep it off your profile')
  .option('--new-each-time', 'make a new one in the place of replacing the last')
  .addOption(new Option('--stack <name>').hideHelp())
  .action((file, options) =>
    import('./playlist-commands.ts').then(({ playlistPush }) => playlistPush(file, options)),
  );

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said on stderr what is wrong; its exit code is 0 for --help only.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const known = error instanceof SoundalikeError ? error : new InternalError(error);
    if (known instanceof InternalError) sayStack(error);
    report(known);
    if (process.argv.includes('--json')) printJson({ error: errorFields(known) });
  }
}
