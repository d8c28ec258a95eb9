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
//! What a room knows is what its log says: [`Room::restore`] rebuilds it from the entries it once emitted.

mod access;
mod command;
mod danmaku;
mod event;
mod live;
mod moderation;
mod person;
mod refusal;
mod room;
mod title;
mod view;

pub use access::Access;
pub use command::{Answer, Command, Speech, Who};
pub use danmaku::{Colour, DanmakuCurve, Mode, Size};
pub use event::{Entry, Event};
pub use live::Live;
pub use moderation::{Measure, Sanction};
pub use person::Person;
pub use refusal::Refusal;
pub use room::{Founding, Room};
pub use title::Title;
pub use view::View;
