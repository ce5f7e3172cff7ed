package postgres

// Unfenced has a store heed no epoch and no sequence: what the suites have to find.
func (s *Store) Unfenced() { s.unfenced = true }

// Migrate is migrate, with as many steps.
var Migrate, Migrations = migrate, migrations
