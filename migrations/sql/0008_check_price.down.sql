ALTER TABLE books DROP CONSTRAINT ck_books_price_positive;
