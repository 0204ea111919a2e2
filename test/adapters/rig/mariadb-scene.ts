/** A shop's database with everything that RENAME TABLE cannot move, in a state of its own each time. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mariadb } from '../../rig/servers/mariadb.ts';

const schema = (rows: number, word: string): string => `
CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(80), FULLTEXT (name)) ENGINE=InnoDB;
CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer INT NOT NULL, note TEXT,
  FOREIGN KEY (customer) REFERENCES customers (id)) ENGINE=InnoDB;
CREATE SEQUENCE numbers START WITH 5000;
CREATE TABLE audit (id BIGINT DEFAULT NEXTVAL(numbers), what VARCHAR(80)) ENGINE=InnoDB;
CREATE TABLE old_style (id INT, word VARCHAR(20)) ENGINE=MyISAM;
INSERT INTO customers (name) VALUES ('${word}'), ('it''s; USE mysql;\\nUSE mysql;\\n-- Dump completed');
INSERT INTO orders (customer, note) SELECT 1 + seq % 2, CONCAT('${word} ', seq) FROM seq_1_to_${rows};
INSERT INTO audit (what) VALUES ('${word}'); INSERT INTO old_style VALUES (1, '${word}');
CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN 2 * x;
CREATE VIEW big AS SELECT o.id, twice(o.id) AS doubled, c.name FROM orders o JOIN customers c ON c.id = o.customer;
DELIMITER //
CREATE PROCEDURE say() BEGIN
  -- Dumping events for database 'none'
  SELECT '${word}'; END//
CREATE TRIGGER noted AFTER INSERT ON orders FOR EACH ROW BEGIN
  INSERT INTO audit (what) VALUES (CONCAT('${word} order ', NEW.id)); END//
DELIMITER ;
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01' COMMENT '${word}' DO DELETE FROM audit WHERE what = 'never';`;

export const dumpOptions = ['--routines', '--events', '--triggers'] as const;

/** Makes database `name` anew. */
export function fill({ sql }: Mariadb, name: string, rows: number, word: string): void {
  sql(
    `DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name}; ${schema(rows, word)}`,
  );
}

/** Writes the dump of a database called `shop` that says `word`, and leaves none. */
export function writeDump(server: Mariadb, folder: string, rows: number, word: string): string {
  fill(server, 'shop', rows, word);
  const file = join(folder, 'shop.sql');
  writeFileSync(file, server.dump(...dumpOptions, 'shop'));
  server.sql('DROP DATABASE shop');
  return file;
}

/** What a database says of itself, all kinds of things in one line. */
export function said({ sql }: Mariadb, name = 'shop'): string {
  const count = (table: string) => `(SELECT COUNT(*) FROM information_schema.${table}`;
  const words =
    sql(`SELECT COUNT(*), MIN(SUBSTRING_INDEX(note, ' ', 1)), (SELECT name FROM \`${name}\`.customers WHERE id = 1),
    (SELECT word FROM \`${name}\`.old_style), (SELECT COUNT(*) FROM \`${name}\`.big),
    ${count('TRIGGERS')} WHERE TRIGGER_SCHEMA = '${name}' AND EVENT_OBJECT_SCHEMA = '${name}'),
    ${count('ROUTINES')} WHERE ROUTINE_SCHEMA = '${name}'),
    (SELECT EVENT_COMMENT FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${name}') FROM \`${name}\`.orders`);
  return words.replaceAll('\t', ' ');
}

/** What `said` says of a whole one. */
export const whole = (rows: number, word: string): string => `${rows} ${word} ${word} ${word} ${rows} 1 2 ${word}`;

/** Schemas and accounts that attempts have left. */
export function leftIn({ sql }: Mariadb): readonly string[] {
  const names = sql(`SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'shop\\_%'
    UNION SELECT User FROM mysql.global_priv WHERE User LIKE 'backout%' ORDER BY 1`);
  return names === '' ? [] : names.split('\n');
}
