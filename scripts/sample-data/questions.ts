import type Database from "better-sqlite3";
import type { Domain } from "./domain.js";
import type { Bank } from "./phrasing/bank.js";
import { Rng } from "./rng.js";
import type { Rows } from "./rows.js";
import { shapes } from "./shapes/index.js";
import { type Draft, type Shape, Stage } from "./shapes/shape.js";
import { Speaker, say, slotsOf } from "./speech.js";
import { verdict } from "./verdict.js";

/** One example in Spider's form; `template` names the frame that the question was made from. */
export interface Question {
  question: string;
  query: string;
  db_id: string;
  template: string;
}

/** Drafts tried before a shape is taken as impossible, for now, in a domain. */
const ATTEMPTS = 40;

/** Writes the questions of one split: shapes and frames are used evenly over all of its databases. */
export class QuestionWriter {
  private readonly shapeUses = new Map<string, number>();
  private readonly frameUses = new Map<string, number>();

  constructor(private readonly bank: Bank) {}

  write(domain: Domain, rows: Rows, db: Database.Database, count: number): Question[] {
    const rng = new Rng(`${domain.id}/questions`);
    const stage = new Stage(domain, rows, rng, new Speaker(this.bank, rng));
    const out: Question[] = [];
    const seen = new Set<string>();
    const open = new Set(shapes);
    const here = new Map<string, number>();
    while (out.length < count && open.size > 0) {
      const shape = this.neediest([...open], here);
      const made = this.attempt(shape, stage, db, seen);
      if (!made) {
        open.delete(shape);
        continue;
      }
      here.set(shape.id, (here.get(shape.id) ?? 0) + 1);
      this.shapeUses.set(shape.id, (this.shapeUses.get(shape.id) ?? 0) + 1);
      out.push({ ...made, db_id: domain.id });
    }
    if (out.length < count) throw new Error(`${domain.id}: only ${out.length} of ${count} questions could be made`);
    return out;
  }

  /** The shape furthest behind its share, in this domain and in the split as a whole. */
  private neediest(open: readonly Shape[], here: ReadonlyMap<string, number>): Shape {
    const used = ({ id, weight }: Shape) => (0.5 + (this.shapeUses.get(id) ?? 0) + 2 * (here.get(id) ?? 0)) / weight;
    return open.reduce((best, shape) => (used(shape) < used(best) ? shape : best));
  }

  private attempt(shape: Shape, stage: Stage, db: Database.Database, seen: Set<string>) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const draft = shape.draft(stage);
      if (!draft || seen.has(draft.sql) || verdict(db, draft.sql)) continue;
      const frame = this.frame(shape, draft, stage.rng);
      if (frame === undefined) continue;
      const text = say(this.bank.frames[shape.id]![frame]!, draft.slots, stage.rng);
      const question = text[0]!.toUpperCase() + text.slice(1);
      if (seen.has(question)) continue;
      seen.add(draft.sql).add(question);
      const template = `${this.bank.split}/${shape.id}/${frame}`;
      this.frameUses.set(template, (this.frameUses.get(template) ?? 0) + 1);
      return { question, query: draft.sql, template };
    }
    return undefined;
  }

  /** The least used frame that the draft has words for; an empty slot marks what a frame must speak of. */
  private frame(shape: Shape, { slots }: Draft, rng: Rng): number | undefined {
    const marks = Object.keys(slots).filter((slot) => slots[slot] === "");
    const frames = this.bank.frames[shape.id];
    if (!frames) throw new Error(`the ${this.bank.split} bank has no frames for ${shape.id}`);
    const usable = rng.shuffle(frames.map((_, i) => i)).filter((i) => {
      const needs = slotsOf(frames[i]!);
      return needs.every((slot) => slots[slot] !== undefined) && marks.every((mark) => needs.includes(mark));
    });
    const uses = (i: number) => this.frameUses.get(`${this.bank.split}/${shape.id}/${i}`) ?? 0;
    return usable.length > 0 ? usable.reduce((best, i) => (uses(i) < uses(best) ? i : best)) : undefined;
  }
}
