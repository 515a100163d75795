/** One row of a source file before anything is made of it. */
export interface SourceRow {
  /** "questions.csv:12": the file's name and the row counted from 0, the header not counted. */
  id: string;
  /** Where it stands for a person: "row 12, line 14". */
  place: string;
  values: Record<string, unknown>;
}
