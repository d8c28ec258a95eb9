//! What people do at the door, from the first of them to the one who guesses.

mod accounts;
mod house;
mod keys;
