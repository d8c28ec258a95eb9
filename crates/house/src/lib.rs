//! Runs rooms: one task each, log before show.
