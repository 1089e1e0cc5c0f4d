-- Prove that every price is positive.
ALTER TABLE books VALIDATE CONSTRAINT ck_books_price_positive;
