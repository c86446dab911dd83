import type { Account, Gap, History, Play } from '../../core/ports.ts';
import addDaySql from '../../sql/database/history_day_insert.sql' with { type: 'text' };
import removeDaySql from '../../sql/database/history_day_remove.sql' with { type: 'text' };
import daysSql from '../../sql/database/history_days.sql' with { type: 'text' };
import clearDaysSql from '../../sql/database/history_days_clear.sql' with { type: 'text' };
import extentSql from '../../sql/database/history_extent.sql' with { type: 'text' };
import clearExtentSql from '../../sql/database/history_extent_clear.sql' with { type: 'text' };
import addExtentSql from '../../sql/database/history_extent_insert.sql' with { type: 'text' };
import addGapSql from '../../sql/database/history_gap_insert.sql' with { type: 'text' };
import gapsSql from '../../sql/database/history_gaps.sql' with { type: 'text' };
import clearGapsSql from '../../sql/database/history_gaps_clear.sql' with { type: 'text' };
import addSql from '../../sql/database/play_insert.sql' with { type: 'text' };
import removeSql from '../../sql/database/play_remove.sql' with { type: 'text' };
import clearPushesSql from '../../sql/database/playlist_pushes_clear.sql' with { type: 'text' };
import afterSql from '../../sql/database/plays_after.sql' with { type: 'text' };
import betweenSql from '../../sql/database/plays_between.sql' with { type: 'text' };
import clearPlaysSql from '../../sql/database/plays_clear.sql' with { type: 'text' };
import lastSql from '../../sql/database/plays_last.sql' with { type: 'text' };
import tracksSql from '../../sql/database/plays_tracks.sql' with { type: 'text' };
import unidentifiedSql from '../../sql/database/plays_unidentified.sql' with { type: 'text' };
import clearRunsSql from '../../sql/database/runs_of_user_clear.sql' with { type: 'text' };
import type { Engine, Parameter } from './engine.ts';

/** The tables `recently_played`, `history_extent`, `history_gaps` and `history_days`. */
export class HistoryTables implements History {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async lastListened(): Promise<string | null> {
    return ((await this.#engine.all(lastSql))[0]?.spotify_at as string | null | undefined) ?? null;
  }

  between(from: string, to: string): Promise<Play[]> {
    return this.#plays(betweenSql, [from, to]);
  }

  after(play: Pick<Play, 'played_at' | 'track_id'> | null, limit: number): Promise<Play[]> {
    const { played_at = '', track_id = '' } = play ?? {};
    return this.#plays(afterSql, [played_at, played_at, track_id, limit]);
  }

  async tracks(): Promise<Pick<Play, 'track_id' | 'name' | 'artist_name' | 'song'>[]> {
    return (await this.#engine.all(tracksSql)) as unknown as Play[];
  }

  unidentified(): Promise<Play[]> {
    return this.#plays(unidentifiedSql);
  }

  replace(removed: readonly Play[], added: readonly Play[]): Promise<void> {
    return this.#engine.transaction(async (engine) => {
      for (const { played_at, track_id } of removed) await engine.run(removeSql, [played_at, track_id]);
      await engine.runMany(addSql, added.map(insertion));
      const changed = [...removed, ...added].map(({ played_at }) => played_at.slice(0, 10));
      const known = await new HistoryTables(engine).changedDays();
      const days = [...new Set(changed)].filter((dt) => !known.includes(dt));
      await engine.runMany(
        addDaySql,
        days.map((dt) => [dt]),
      );
    });
  }

  async account(): Promise<Account> {
    const [extent] = await this.#engine.all(extentSql);
    const gaps = (await this.#engine.all(gapsSql)) as unknown as Gap[];
    return { extent: (extent as Account['extent'] | undefined) ?? null, gaps };
  }

  setAccount({ extent, gaps }: Account): Promise<void> {
    return this.#engine.transaction(async (engine) => {
      await engine.run(clearExtentSql);
      if (extent) await engine.run(addExtentSql, [extent.first_at, extent.last_at]);
      await engine.run(clearGapsSql);
      await engine.runMany(
        addGapSql,
        gaps.map(({ after_at, before_at, found_at }) => [after_at, before_at, found_at]),
      );
    });
  }

  async changedDays(): Promise<string[]> {
    return (await this.#engine.all(daysSql)).map(({ dt }) => dt as string);
  }

  async dayWritten(dt: string): Promise<void> {
    await this.#engine.run(removeDaySql, [dt]);
  }

  clear(): Promise<{ plays: number; gaps: number; playlists: number; runs: number }> {
    return this.#engine.transaction(async (engine) => {
      await engine.run(clearExtentSql);
      await engine.run(clearDaysSql);
      return {
        plays: await engine.run(clearPlaysSql),
        gaps: await engine.run(clearGapsSql),
        playlists: await engine.run(clearPushesSql),
        runs: await engine.run(clearRunsSql),
      };
    });
  }

  exclusively<T>(work: (history: History) => Promise<T>): Promise<T> {
    return this.#engine.transaction((engine) => work(new HistoryTables(engine)));
  }

  async #plays(sql: string, parameters: readonly Parameter[] = []): Promise<Play[]> {
    return (await this.#engine.all(sql, parameters)) as unknown as Play[];
  }
}

const insertion = (play: Play): Parameter[] => [
  play.played_at,
  play.track_id,
  play.name,
  play.artist_id,
  play.artist_name,
  play.duration_ms,
  play.isrc,
  play.source,
  play.spotify_at,
  play.export_at,
  play.short_at,
  play.song,
  play.export_end ?? null,
  play.offline_at ?? null,
  play.export_id ?? null,
  play.short_end ?? null,
];
