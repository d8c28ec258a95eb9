//! Selective forwarding: who gets what, and how losses are mended.
