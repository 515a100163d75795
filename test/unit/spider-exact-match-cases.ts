/**
 * Gold queries with their hardness, and under each predictions with the verdict of the official evaluation.py
 * (taoyds/test-suite-sql-eval, nltk 3.10): "equal"; "unparsed"; "tables" where only the tables differ; else the components
 * that are wrong. Made by running that script on a database with the tables below.
 */
export const cases = `
SELECT name FROM customer  [easy]
  SELECT name FROM customer => equal
  select NAME from CUSTOMER; => equal
  SELECT T1.name FROM customer AS T1 => equal
  SELECT DISTINCT name FROM customer => equal
  SELECT name FROM product => select, select(no AGG)
SELECT name, city FROM customer  [medium]
  SELECT city, name FROM customer => equal
  SELECT name FROM customer => select, select(no AGG)
SELECT count(*) FROM customer  [easy]
  SELECT count(id) FROM customer => select, select(no AGG)
SELECT max(age) FROM customer  [easy]
  SELECT min(age) FROM customer => select
SELECT name FROM customer WHERE age > 30  [easy]
  SELECT name FROM customer WHERE age > 99 => equal
  SELECT name FROM customer WHERE age >= 30 => where
  SELECT name FROM customer WHERE age>30 => equal
  SELECT name FROM customer WHERE age > = 30 => where
SELECT name FROM customer WHERE age != 30  [easy]
  SELECT name FROM customer WHERE age <> 30 => unparsed
  SELECT name FROM customer WHERE NOT age = 30 => unparsed
SELECT name FROM customer WHERE age > 30 AND city = 'Bern'  [medium]
  SELECT name FROM customer WHERE city = "Rome" AND age > 1 => equal
  SELECT name FROM customer WHERE age > 30 OR city = 'Bern' => and/or, keywords
  SELECT name FROM customer WHERE age > 30 => where, where(no OP), and/or
SELECT name FROM customer WHERE name = 'Ann'  [easy]
  SELECT name FROM customer WHERE name = 'O''Hara' => unparsed
  SELECT name FROM customer WHERE name = 'O'Hara' => unparsed
SELECT name FROM customer WHERE name LIKE '%a%'  [medium]
  SELECT name FROM customer WHERE name LIKE 'b' => equal
SELECT name FROM customer WHERE name NOT LIKE '%a%'  [medium]
  SELECT name FROM customer WHERE name LIKE '%a%' => where, keywords
SELECT name FROM customer WHERE age BETWEEN 20 AND 30  [easy]
  SELECT name FROM customer WHERE age BETWEEN 1 AND 2 => equal
SELECT name FROM customer WHERE age = 1  [easy]
  SELECT name FROM customer WHERE age IN (1, 2) => unparsed
SELECT name FROM customer WHERE age IN (SELECT stars FROM review)  [hard]
  SELECT name FROM customer WHERE age IN (SELECT stars FROM review) => equal
  SELECT name FROM customer WHERE age IN (SELECT DISTINCT stars FROM review) => where
SELECT name FROM customer WHERE age IN (SELECT stars FROM review WHERE stars > 3)  [hard]
  SELECT name FROM customer WHERE age IN (SELECT stars FROM review WHERE stars > 1) => equal
SELECT name FROM customer WHERE age IN (SELECT stars FROM review ORDER BY stars LIMIT 1)  [hard]
  SELECT name FROM customer WHERE age IN (SELECT stars FROM review ORDER BY stars LIMIT 5) => equal
SELECT name FROM customer WHERE id NOT IN (SELECT customer_id FROM orders)  [hard]
  SELECT name FROM customer EXCEPT SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id => where, where(no OP), IUEN, keywords
SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id  [easy]
  SELECT T2.name FROM orders AS T1 JOIN customer AS T2 ON T1.customer_id = T2.id => equal
  SELECT T1.name FROM customer AS T1 JOIN orders AS T2 => equal
  SELECT customer.name FROM customer JOIN orders ON customer.id = orders.customer_id => equal
  SELECT c.name FROM customer c JOIN orders o ON c.id = o.customer_id => unparsed
  SELECT name FROM customer, orders => unparsed
SELECT T1.id FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id  [easy]
  SELECT T2.customer_id FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id => equal
SELECT customer_id FROM orders  [easy]
  SELECT customer_id FROM review => tables
SELECT T2.customer_id FROM orders AS T1 JOIN review AS T2 ON T1.product_id = T2.product_id  [easy]
  SELECT T1.customer_id FROM orders AS T1 JOIN review AS T2 ON T1.product_id = T2.product_id => equal
SELECT city FROM customer GROUP BY city  [easy]
  SELECT city FROM customer GROUP BY customer.city => equal
SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id GROUP BY T1.id  [medium]
  SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id GROUP BY T2.id => group
  SELECT T1.name FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id GROUP BY T2.customer_id => equal
SELECT city FROM customer GROUP BY city HAVING count(*) > 2  [easy]
  SELECT city FROM customer GROUP BY city HAVING count(*) > 7 => equal
  SELECT city FROM customer GROUP BY city => group, keywords
  SELECT city FROM customer GROUP BY city HAVING count(*) < 2 => group
SELECT name FROM customer ORDER BY age  [easy]
  SELECT name FROM customer ORDER BY age ASC => equal
  SELECT name FROM customer ORDER BY age DESC => order, keywords
SELECT name FROM customer ORDER BY age DESC, name ASC  [easy]
  SELECT name FROM customer ORDER BY age, name => equal
SELECT name FROM customer ORDER BY age DESC LIMIT 1  [medium]
  SELECT name FROM customer ORDER BY age DESC LIMIT 3 => equal
  SELECT name FROM customer ORDER BY age DESC => order, keywords
  SELECT name FROM customer WHERE age = (SELECT max(age) FROM customer) => where, where(no OP), order, keywords
SELECT name FROM customer LIMIT 3  [easy]
  SELECT name FROM customer LIMIT 3 OFFSET 2 => equal
  SELECT name FROM customer LIMIT three => equal
  SELECT name FROM customer LIMIT => unparsed
SELECT name FROM customer UNION SELECT name FROM product  [hard]
  SELECT name FROM product UNION SELECT name FROM customer => select, select(no AGG), IUEN
  SELECT name FROM customer UNION SELECT name FROM product WHERE price > 1 => IUEN
  SELECT name FROM customer UNION ALL SELECT name FROM product => unparsed
SELECT name FROM customer INTERSECT SELECT name FROM product  [hard]
  SELECT name FROM customer EXCEPT SELECT name FROM product => IUEN, keywords
SELECT count(*) FROM (SELECT name FROM customer WHERE age > 1)  [easy]
  SELECT count(*) FROM (SELECT name FROM customer WHERE age > 2) => tables
  SELECT count(*) FROM (SELECT name FROM customer WHERE age > 1.0) => equal
SELECT count(*) FROM (SELECT name FROM customer)  [easy]
  SELECT count(*) FROM (SELECT DISTINCT name FROM customer) => tables
SELECT total - value FROM orders  [easy]
  SELECT total - value FROM orders => unparsed
  SELECT value - total FROM orders => unparsed
SELECT total * price FROM orders JOIN product  [easy]
  SELECT total*price FROM orders JOIN product => equal
SELECT name FROM customer WHERE age > 5  [easy]
  SELECT name FROM customer WHERE age > 5. AND city = 'a' => unparsed
SELECT name FROM customer WHERE age > 5 AND city = 'b'  [medium]
  SELECT name FROM customer WHERE age > 5. and city = 'a' => equal
SELECT name FROM customer WHERE age > 5  [easy]
  SELECT name FROM customer WHERE age > five => unparsed
  SELECT name FROM customer WHERE age > 1e5 => equal
  SELECT name FROM customer WHERE age > 1,000 => unparsed
  SELECT name FROM customer WHERE age > -5 => equal
  SELECT name FROM customer WHERE age > - 5 => unparsed
  SELECT name FROM customer WHERE age > id city name => equal
SELECT name FROM customer  [easy]
  SELECT \`name\` FROM \`customer\` => unparsed
  SELECT "name" FROM customer => unparsed
  SELECT name FROM customer AS customer => unparsed
  SELECT name AS n FROM customer => unparsed
  SELECT name FROM customer GROUP BY name nonsense that nobody reads => group(no Having), group, keywords
  SELECT name FROM customer -- all of them => unparsed
  (SELECT name FROM customer) => equal
  SELECT name => unparsed
   => unparsed
  SELECT * FROM customer => select, select(no AGG)
  SELECT T1.* FROM customer AS T1 => unparsed
SELECT name FROM customer WHERE city = 'a'  [easy]
  SELECT name FROM customer WHERE city = 'a' age > 3 => and/or
SELECT city, count(*) FROM customer WHERE age > 1 GROUP BY city ORDER BY count(*) DESC LIMIT 1  [extra]
  SELECT city, count(*) FROM customer WHERE age > 1 GROUP BY city ORDER BY count(*) DESC LIMIT 1 => equal
SELECT city, max(age), min(age) FROM customer GROUP BY city, name  [hard]
  SELECT city, max(age), min(age) FROM customer GROUP BY name, city => group
SELECT city FROM customer GROUP BY city HAVING count(*) > 2 AND max(age) > 3  [easy]
  SELECT city FROM customer GROUP BY city HAVING max(age) > 3 AND count(*) > 2 => group
`;

/** The same of taoyds/spider's evaluation.py, where the two differ. */
export const olderCases = `
SELECT name FROM customer WHERE age IN (SELECT stars FROM review ORDER BY stars LIMIT 1)  [hard]
  SELECT name FROM customer WHERE age IN (SELECT stars FROM review ORDER BY stars LIMIT 5) => where
SELECT name FROM customer LIMIT 3  [easy]
  SELECT name FROM customer LIMIT three => unparsed
SELECT total - value FROM orders  [easy]
  SELECT total - value FROM orders => equal
  SELECT value - total FROM orders => select, select(no AGG)
`;

export const tables = [
  {
    db_id: "shop",
    table_names_original: ["Customer", "orders", "product", "review"],
    column_names_original: [
      ...[[-1, "*"]],
      ...["ID", "name", "city", "age"].map((name) => [0, name]),
      ...["id", "customer_id", "product_id", "total", "value"].map((name) => [1, name]),
      ...["id", "name", "price", "e"].map((name) => [2, name]),
      ...["product_id", "customer_id", "stars"].map((name) => [3, name]),
    ],
    foreign_keys: [
      [6, 1],
      [7, 10],
      [14, 10],
      [15, 1],
    ],
  },
];
