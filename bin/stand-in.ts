import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readArtistsFolder } from '../adapters/dataset/artists-folder.ts';
import { SoundalikeError } from '../core/errors.ts';
import { ENVIRONMENT } from '../core/names.ts';
import { sampleCatalogue } from '../sample/generate.ts';
import { MODES, type Mode } from '../sample/stand-in/modes.ts';
import { type StandIn, startStandIn } from '../sample/stand-in/server.ts';
import { STAND_IN_USER } from '../sample/stand-in/user-state.ts';
import { print, say } from './output.ts';

interface Options {
  port: number;
  mode: Mode;
  catalogue?: string;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a port from 0 (any free one) to 65535.');
}

function usage({ urls }: StandIn): string[] {
  const variables = {
    [ENVIRONMENT.spotifyAccountsUrl]: urls.accounts,
    [ENVIRONMENT.spotifyApiUrl]: urls.api,
    [ENVIRONMENT.reccobeatsApiUrl]: urls.reccobeats,
    [ENVIRONMENT.spotifyClientId]: 'stand-in',
    [ENVIRONMENT.spotifyClientSecret]: 'stand-in',
  };
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${value}`),
    '# Give these to another shell, and soundalike there speaks to this stand-in.',
    `# Its user is logged in, with the refresh token ${STAND_IN_USER.refreshToken}: curl ${urls.user}`,
    `# Faults: curl ${urls.faults} (docs/stand-in.md). Ctrl-C ends it.`,
  ];
}

async function main({ port, mode, catalogue }: Options): Promise<void> {
  const served = catalogue === undefined ? sampleCatalogue() : await readArtistsFolder(catalogue);
  const standIn = await startStandIn({ catalogue: served, mode, port });
  print(`# ${served.name}: ${served.artists.length} artists, as an app of mode ${mode}`, ...usage(standIn));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void standIn.close());
}

function explain(error: unknown): string {
  if (error instanceof SoundalikeError) return `${error.message}; ${error.hint}`;
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  return code === 'EADDRINUSE' ? `port ${port} is taken; take another, or 0 for any free one` : message;
}

function fail(error: unknown): void {
  // Commander has said on stderr what is wrong; its exit code is 0 for --help only.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    say(`stand-in: ${explain(error)}`);
    process.exitCode = 1;
  }
}

const program = new Command('stand-in')
  .description(
    'A stand-in for Spotify and ReccoBeats on 127.0.0.1, for a try without accounts and for tests.',
  )
  .option('--port <n>', 'port to listen on; 0 for any free one', portNumber, 0)
  .addOption(new Option('--mode <mode>', 'kind of Spotify app to play').choices(MODES).default('extended'))
  .option('--catalogue <dir>', 'dataset folder to serve in place of the bundled sample')
  .exitOverride()
  .action(main);
await program.parseAsync().catch(fail);
