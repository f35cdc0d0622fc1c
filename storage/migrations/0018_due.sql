-- +goose Up
-- What is to be told next, by deadline: after a day offline ten thousand rows wait, of which a few are read at a time.
CREATE INDEX outbox_due ON outbox (deadline = 0, deadline, id) WHERE state IN ('queued', 'uncertain');
