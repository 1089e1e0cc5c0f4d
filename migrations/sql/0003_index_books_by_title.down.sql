DROP INDEX ix_books_title;
