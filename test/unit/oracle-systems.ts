/** The systems of ../shared/eval-oracle, by the names of their prediction files. */
export const ORACLE_SYSTEMS = [
  "codes_pred_sqls-codes-1b-spider",
  "codes_pred_sqls-codes-7b-spider",
  "dail-sql_DAIL-SQL_GPT-4",
  "din_GPT4_results_GPT4_few_shot",
  "graphix_predict",
  "prompt-text-to-sql_chatgpt-pred",
  "testsuite-eval-21_dev_1",
  "testsuite-eval-21_dev_10",
];
