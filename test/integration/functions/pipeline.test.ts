import { ENVIRONMENT } from '../../../core/names.ts';
import { type StandIn, startStandIn } from '../../../sample/stand-in/server.ts';
import { type Cloud, LAKE, startCloud } from '../../support/aws/cloud.ts';
import { bundleFunctions } from '../../support/aws/functions.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { smallCatalogue, toArtist } from '../../support/small-catalogue.ts';

type Deployable = Awaited<ReturnType<typeof bundleFunctions>>;

const mysql = testDatabase();
const catalogue = smallCatalogue();
let functions: Deployable;
let cloud: Cloud;
let standIn: StandIn;

beforeAll(async () => {
  functions = await bundleFunctions(['catalog', 'collector', 'similarity', 'explorer', 'migrator']);
});
afterAll(() => functions.remove());

beforeEach(async () => {
  cloud = await startCloud();
  standIn = await startStandIn({ catalogue, mode: 'development' });
  cloud.secrets.set('app', '{"client_id":"id","client_secret":"secret"}');
  functions.deploy(cloud, {
    [ENVIRONMENT.database]: mysql.url,
    [ENVIRONMENT.spotifySecret]: 'app',
    [ENVIRONMENT.spotifyAccountsUrl]: standIn.urls.accounts,
    [ENVIRONMENT.spotifyApiUrl]: standIn.urls.api,
    [ENVIRONMENT.reccobeatsApiUrl]: standIn.urls.reccobeats,
  });
});
afterEach(async () => {
  await standIn.close();
  await cloud.close();
});

test('from an empty account to the first answer', async () => {
  const names = catalogue.artists.map(({ id }) => id);
  const added = await functions.invoke('catalog', { add: names });
  console.log(JSON.stringify(added).slice(0, 2000));
  const collected = await functions.invoke('collector', {});
  console.log(JSON.stringify(collected).slice(0, 3000));
  const compared = await functions.invoke('similarity', {});
  console.log(JSON.stringify(compared).slice(0, 3000));
  const similar = await functions.invoke('explorer', { artist: names[0] });
  console.log(JSON.stringify(similar).slice(0, 3000));
});
