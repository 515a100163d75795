import type { Config } from "../config/index.js";
import type { DataPipeline } from "../data/types.js";
import type { OnEvent } from "../observe/events.js";
import type { StatusFile } from "../observe/status-file.js";
import type { RunEvents } from "./run-events.js";
import type { RunFolder } from "./run-folder.js";

export interface TrainOptions {
  /** Stops the run: the last whole step is saved, and `train` rejects with code ERR_SQLTUNE_INTERRUPTED. */
  signal?: AbortSignal;
  onEvent?: OnEvent;
  /** true goes on from the last checkpoint of project.output_dir; a path, from that checkpoint or run folder. */
  resume?: boolean | string;
  /** Goes on although data or base changed since the checkpoint. */
  force?: boolean;
  /** Removes what an earlier run wrote into project.output_dir. */
  overwrite?: boolean;
  /** Takes the place of the config's data source. */
  pipeline?: DataPipeline;
}

/** One call of `train`, and where it writes. */
export interface TrainJob {
  config: Config;
  options: TrainOptions;
  folder: RunFolder;
  status: StatusFile;
  events: RunEvents;
  /** performance.now() at the start. */
  started: number;
}
