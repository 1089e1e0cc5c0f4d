-- Find open orders.
CREATE INDEX CONCURRENTLY ix_orders_open ON orders (ordered_at) WHERE status = 'pending';
