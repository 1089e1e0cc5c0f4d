-- Find books by title.
CREATE INDEX ix_books_title ON books (title);
