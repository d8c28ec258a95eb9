//! Evenings in a room, each with its transcript.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod chat;
mod danmaku;
mod like;
mod live;
mod moderation;
mod presence;
mod script;
mod settings;
mod staff;
