-- Give every price a currency.
ALTER TABLE books ADD COLUMN currency varchar(3) NOT NULL;
