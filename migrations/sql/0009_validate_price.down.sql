ALTER TABLE books DROP CONSTRAINT ck_books_price_positive;
ALTER TABLE books ADD CONSTRAINT ck_books_price_positive CHECK (price > 0) NOT VALID;
