//! Persistence in our own words.
