import { type AdapterFolder, checkAdapterBase, hashWeightFiles } from "../adapter/index.js";
import { SqltuneError } from "../errors.js";
import type { ModelSource } from "../hub/types.js";
import type { Addon, DecoderConfig, DeviceName, DType, NativeModel } from "../native/types.js";
import type { Tokenizer } from "../tokenizer/types.js";
import { abortable } from "./abortable.js";
import { loraShapes } from "./linear-shapes.js";

/** The adapter a model carries. */
export interface AdapterInfo extends AdapterFolder {
  /** As the user named it: folder or hub id. */
  name: string;
  /** Parameters of its A and B matrices. */
  parameters: number;
}

/** What a Model is made of; loadModel puts it together. */
export interface ModelParts {
  addon: Addon;
  native: NativeModel;
  source: ModelSource;
  decoderConfig: DecoderConfig;
  tokenizer: Tokenizer;
  device: DeviceName;
  dtype: DType;
  computeDtype: DType;
  warnings: string[];
  /** Where weights hashes are remembered. */
  cacheFolder: string;
}

/**
 * A loaded decoder with its tokenizer and at most one adapter. It holds memory outside the JavaScript heap: call
 * `dispose()`, or declare it with `using`. Calls are computed in their order on the device's thread; generations that
 * overlap go token by token together.
 */
export class Model implements Disposable, AsyncDisposable {
  readonly source: ModelSource;
  readonly decoderConfig: DecoderConfig;
  readonly tokenizer: Tokenizer;
  readonly device: DeviceName;
  /** Precision the frozen weights are held in, and that of the matrix products. */
  readonly dtype: DType;
  readonly computeDtype: DType;
  /** What loading had to change or doubts, one sentence each: worth showing to the user. */
  readonly warnings: string[];
  private readonly parts: ModelParts;
  private currentAdapter: AdapterInfo | null = null;
  private disposed = false;

  constructor(parts: ModelParts) {
    this.parts = parts;
    this.source = parts.source;
    this.decoderConfig = parts.decoderConfig;
    this.tokenizer = parts.tokenizer;
    this.device = parts.device;
    this.dtype = parts.dtype;
    this.computeDtype = parts.computeDtype;
    this.warnings = parts.warnings;
  }

  /** The addon's own model, for training and generation. */
  get native(): NativeModel {
    if (this.disposed) {
      throw new SqltuneError(`The model ${this.source.name} was disposed: load it again to use it.`);
    }
    return this.parts.native;
  }

  get addon(): Addon {
    return this.parts.addon;
  }

  get adapter(): AdapterInfo | null {
    return this.currentAdapter;
  }

  /** Parameters of the base, the adapter's not counted. */
  get parameterCount(): number {
    return this.native.parameterCount;
  }

  /**
   * Logits of one sequence, float32, [tokens, vocab] row by row. Rejects with the signal's reason once it is aborted.
   */
  async forward(tokens: Int32Array, options: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const { native } = this;
    return abortable(this.addon, options.signal, (abort) => native.forward(tokens, abort));
  }

  /** Identity of the base's weights (see hashWeightFiles): written to sqltune.json, compared when an adapter is loaded. */
  async weightsHash(signal?: AbortSignal): Promise<string> {
    return hashWeightFiles(this.source.weightFiles, { cacheFolder: this.parts.cacheFolder, signal });
  }

  /**
   * Puts an adapter that readAdapterFolder has read onto the model, in place of the one it has. Throws SqltuneError when
   * it does not fit; pushes to `warnings` when it fits but was trained on other weights.
   */
  async attachAdapter(
    folder: AdapterFolder,
    options: { name?: string; signal?: AbortSignal } = {},
  ): Promise<AdapterInfo> {
    const { native } = this;
    const doubts = checkAdapterBase(folder, {
      name: this.source.name,
      origin: this.source.origin,
      // Hashing reads all weights once: spared where there is nothing to compare it with.
      weightsHash: folder.sqltune ? await this.weightsHash(options.signal) : "",
      tokenizerHash: this.tokenizer.hash,
      linears: loraShapes(this.decoderConfig),
    });
    await this.detachAdapter();
    const modules = folder.modules.map(({ name, r, scaling }) => ({ name, r, scaling }));
    const { trainableParameters } = await native.addLora({ modules, dropout: 0, seed: 0 });
    try {
      await native.loadLora(folder.weightsFile);
    } catch (error) {
      await native.removeLora();
      throw error;
    }
    this.warnings.push(...doubts);
    this.currentAdapter = { ...folder, name: options.name ?? folder.folder, parameters: trainableParameters };
    return this.currentAdapter;
  }

  /** Takes the adapter off: the model is its base again. */
  async detachAdapter(): Promise<void> {
    if (!this.currentAdapter) return;
    await this.native.removeLora();
    this.currentAdapter = null;
  }

  /** Frees the weights once queued calls are done. Later calls throw; a second dispose does nothing. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.currentAdapter = null;
    this.parts.native.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }
}
