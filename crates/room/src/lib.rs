//! The heart: one room as a pure state machine.
//!
//! It opens no socket, reads no clock and draws no random number, so a whole evening replays in a test.
//!
//! ```text
//! room.handle(command, now) -> Result<Answer, Refusal>     a refused command changes nothing
//! room.poll_event()         -> Option<Entry>               until None, after every handle
//! room.poll_timeout()       -> Option<Timestamp>           when to call handle_timeout
//! ```
//!
//! What a room knows is what its log says: [`Room::restore`] rebuilds it from the entries it once emitted. Each noun
//! has a file: its state, what it refuses, and the invariant it keeps; `room.rs` asks them in order.

mod access;
mod chat;
mod command;
mod danmaku;
mod event;
mod like;
mod live;
mod message;
mod moderation;
mod pace;
mod person;
mod presence;
mod recent;
mod refusal;
mod room;
mod settings;
mod slow_mode;
mod speech;
mod staff;
mod text;
mod title;
mod view;

pub use access::Access;
pub use command::{Answer, Command, Speech, Who};
pub use danmaku::{Colour, DanmakuCurve, Mode, Size};
pub use event::{Entry, Event};
pub use live::{INTERRUPTION_MAX, Live};
pub use moderation::{Measure, Sanction};
pub use person::Person;
pub use refusal::Refusal;
pub use room::{Founding, Room};
pub use title::Title;
pub use view::View;
