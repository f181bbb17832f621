-- Rollouts are listed newest first, page by page.
CREATE INDEX "rollouts_created_at_id_idx" ON "rollouts" ("created_at", "id");
