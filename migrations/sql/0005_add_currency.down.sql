ALTER TABLE books DROP COLUMN currency;
