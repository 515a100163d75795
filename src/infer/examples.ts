/** A question with its schema, for trying a model out. */
export interface ExampleQuestion {
  name: string;
  /** As `--schema` takes it: the Python seed project's TABLE lines. */
  schema: string;
  question: string;
}

/** What `sqltune infer --examples` asks. */
export const exampleQuestions: readonly ExampleQuestion[] = [
  {
    name: "Employees",
    schema: "TABLE: employees ( id (INTEGER), name (TEXT), department (TEXT), salary (REAL), hire_date (DATE) )",
    question: "What is the average salary of the employees in each department?",
  },
  {
    name: "Products & Orders",
    schema:
      "TABLE: products ( product_id (INTEGER), product_name (TEXT), category (TEXT), price (REAL) )\n" +
      "TABLE: orders ( order_id (INTEGER), product_id (INTEGER), quantity (INTEGER), order_date (DATE) )",
    question: "List the names of the products that were ordered more than ten times.",
  },
  {
    name: "Students & Courses",
    schema:
      "TABLE: students ( student_id (INTEGER), name (TEXT), major (TEXT) )\n" +
      "TABLE: courses ( course_id (INTEGER), title (TEXT), credits (INTEGER) )\n" +
      "TABLE: enrollments ( student_id (INTEGER), course_id (INTEGER), grade (TEXT) )",
    question: "How many students are enrolled in each course?",
  },
  {
    name: "WikiSQL-style table",
    schema:
      "TABLE: table_1_10015132 ( Player (TEXT), No (INTEGER), Nationality (TEXT), Position (TEXT), School (TEXT) )",
    question: "Which school did the player with number 21 play for?",
  },
];
