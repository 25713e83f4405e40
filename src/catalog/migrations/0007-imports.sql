-- Imports by people, newest first, among the many answers that a collector takes in.
CREATE INDEX containers_imported ON containers (started_at, id) WHERE actor <> 'daybook:collect';
