//! The demo's viewers: they come in, talk, send danmaku and likes, as the rules of the room allow them.

use anyhow::{Context, Result};
use house::{RoomHandle, RoomRegistry};
use model::{ClientKey, Nickname, ParticipantId, RoomSlug};
use room::{Colour, Command, Mode, Size, Speech, Who};
use std::time::Duration;
use tokio::task::JoinHandle;

use crate::Livehouse;
use crate::demo::words;

/// How long a viewer thinks between two things they do, at least and at most.
const THINKS_MS: (u64, u64) = (2_000, 14_000);

/// Lets viewers in, one after the other, and keeps them talking until the task is aborted.
pub async fn come_in(livehouse: &Livehouse, room: &str, count: u16) -> Result<JoinHandle<()>> {
    let slug = RoomSlug::parse(room)?;
    let room = livehouse.rooms().open(&slug).await?.context("the demo's room is gone")?;
    let mut viewers = Vec::new();
    for number in 0..usize::from(count) {
        let name = Nickname::parse(&words::name(number))?;
        let guest = livehouse.accounts().guest(None, &name, livehouse.clock().now()).await?;
        viewers.push(Who { id: guest.person.id, name, registered: false });
    }
    let rooms = livehouse.rooms().clone();
    Ok(tokio::spawn(async move {
        let mut talking = tokio::task::JoinSet::new();
        for who in viewers {
            talking.spawn(talk(rooms.clone(), room.clone(), who));
        }
        while talking.join_next().await.is_some() {}
    }))
}

/// One viewer's evening. What the room refuses, for haste or for the end of the evening, is simply not said.
async fn talk(rooms: RoomRegistry, room: RoomHandle, who: Who) {
    let mut dice = Dice(rooms.ids().number());
    dice.pause().await;
    let by = who.id;
    if room.join(rooms.ids().connection(), Some(who), None).await.is_err() {
        return;
    }
    loop {
        dice.pause().await;
        let key = ClientKey(rooms.ids().number());
        let command = match dice.roll(10) {
            0..5 => danmaku(&mut dice, by, key),
            5..8 => Command::Say { by, key, speech: chat(&mut dice) },
            _ => Command::Like { by, key, count: 1 + u32::try_from(dice.roll(8)).unwrap_or(0) },
        };
        if let Err(house::SendError::Closed) = room.send(command).await {
            return;
        }
    }
}

fn chat(dice: &mut Dice) -> Speech {
    Speech::Chat { text: dice.pick(&words::CHAT).to_string(), reply_to: None, mentions: Vec::new() }
}

fn danmaku(dice: &mut Dice, by: ParticipantId, key: ClientKey) -> Command {
    let mode = match dice.roll(12) {
        0 => Mode::Top,
        1 => Mode::Bottom,
        _ => Mode::Scroll,
    };
    let colours = [0xFF_FF_FF, 0xFF_FF_FF, 0xFF_FF_FF, 0xFF_D5_4F, 0x4F_C3_F7, 0xF4_8F_B1];
    let colour = Colour::from_rgb(*dice.pick(&colours)).unwrap_or(Colour::WHITE);
    let text = dice.pick(&words::DANMAKU).to_string();
    Command::Say { by, key, speech: Speech::Danmaku { text, mode, colour, size: Size::Normal } }
}

/// Enough luck for a demo.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // xorshift64: its state is never zero, since it starts with an id.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.roll(of.len() as u64)).unwrap_or(0)]
    }

    async fn pause(&mut self) {
        let (least, most) = THINKS_MS;
        tokio::time::sleep(Duration::from_millis(least + self.roll(most - least))).await;
    }
}
