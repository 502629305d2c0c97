-- name: weights
SELECT weights, set_by, set_at FROM priority_weights WHERE tenant = $1

-- name: set_weights
INSERT INTO priority_weights (tenant, weights, set_by, set_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant) DO UPDATE SET weights = excluded.weights, set_by = excluded.set_by, set_at = excluded.set_at
