-- Remember when a book was published.
ALTER TABLE books ADD COLUMN published_on date;
