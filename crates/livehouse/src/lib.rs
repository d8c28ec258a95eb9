//! The live room a person owns.
