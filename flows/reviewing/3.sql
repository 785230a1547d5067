-- How often the posts of items changed: with the count of events it says whether there is anything new to read.
ALTER TABLE head ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER items_come AFTER INSERT ON items BEGIN UPDATE head SET changes = changes + 1; END;
CREATE TRIGGER items_move AFTER UPDATE ON items BEGIN UPDATE head SET changes = changes + 1; END;
CREATE TRIGGER items_go AFTER DELETE ON items BEGIN UPDATE head SET changes = changes + 1; END;
