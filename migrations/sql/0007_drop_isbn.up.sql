-- Drop the ISBN, which the catalogue service keeps.
ALTER TABLE books DROP COLUMN isbn;
