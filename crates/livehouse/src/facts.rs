//! Carries what the media plane saw to the rooms it happened in.

use edge::MediaFact;
use house::{RoomRegistry, SendError};
use model::RoomId;
use room::Command;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tracing::{debug, error};

/// How often a fact is told again to a room that cannot write, and how long between. A show whose end was never told
/// would go on for ever; a database that is away for longer reloads the room, which ends its show.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// Tells every fact, one after the other, until the media plane ends.
pub async fn tell(mut facts: Receiver<MediaFact>, rooms: RoomRegistry) {
    while let Some(fact) = facts.recv().await {
        match fact {
            MediaFact::PublisherConnected { room } => {
                // Drawn once: told twice, it is the same show.
                let show = rooms.ids().show();
                put(&rooms, room, Command::PublisherConnected { show }).await;
            }
            MediaFact::PublisherLost { room } => put(&rooms, room, Command::PublisherLost).await,
            MediaFact::PublisherLeft { room } => put(&rooms, room, Command::EndLive { by: None }).await,
            // Read where it is asked for, from the media plane itself.
            MediaFact::Watching { .. } => {}
        }
    }
}

async fn put(rooms: &RoomRegistry, id: RoomId, command: Command) {
    for _ in 0..ATTEMPTS {
        match attempt(rooms, id, command.clone()).await {
            Ok(()) => return,
            Err(why) => debug!(room.id = %id, why, "A fact of the media plane is told again"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    error!(room.id = %id, "A room could not be told what happened to its show");
}

/// `Err` with the reason where telling it again may help.
async fn attempt(rooms: &RoomRegistry, id: RoomId, command: Command) -> Result<(), &'static str> {
    let room = match rooms.open_id(id).await {
        Ok(Some(room)) => room,
        Ok(None) => return Ok(()),
        Err(_) => return Err("the room does not open"),
    };
    match room.send(command).await {
        // A refusal is the room's right: the show had ended before its publisher was gone.
        Ok(_) | Err(SendError::Refused(_)) => Ok(()),
        Err(SendError::Busy) => Err("the room is busy"),
        Err(SendError::Unavailable) => Err("the room cannot write"),
        Err(SendError::Closed) => Ok(()),
    }
}
