-- Demand positive prices of new and changed books.
ALTER TABLE books ADD CONSTRAINT ck_books_price_positive CHECK (price > 0) NOT VALID;
