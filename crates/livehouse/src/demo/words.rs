//! What the demo's viewers are called and say.

/// The room's title.
pub const TITLE: &str = "Livehouse demo · 演示直播间";

const NAMES: [&str; 16] = [
    "小鱼",
    "Ada",
    "阿正",
    "Jonas",
    "木木",
    "Priya",
    "老张",
    "Elif",
    "一颗糖",
    "Marco",
    "云朵",
    "Sofia",
    "大橘",
    "Ken",
    "晚风",
    "Nina",
];

/// The name of a viewer: after the first sixteen, names come again with a number.
pub fn name(number: usize) -> String {
    let name = NAMES[number % NAMES.len()];
    match number / NAMES.len() {
        0 => name.to_owned(),
        round => format!("{name} {}", round + 1),
    }
}

/// Chat messages.
pub const CHAT: [&str; 16] = [
    "晚上好，刚下班就来了",
    "Hello from Lisbon 👋",
    "声音很清楚",
    "How long have you been working on this one?",
    "请问这个是怎么做的？",
    "The picture is really sharp today",
    "主播辛苦了，喝口水吧",
    "Can you show it from the other side?",
    "第一次来，先关注了",
    "That detail on the left, wow",
    "延迟好低，几乎是同步的",
    "I missed the start, what is this about?",
    "学到了，谢谢老师",
    "Greetings to everyone here",
    "能再讲一遍刚才那一步吗",
    "Same time next week?",
];

/// Bullet comments.
pub const DANMAKU: [&str; 16] = [
    "哈哈哈哈",
    "666",
    "wow",
    "好看！",
    "so smooth",
    "来了来了",
    "👏👏👏",
    "前排",
    "nice one",
    "太强了",
    "this!",
    "学到了",
    "love it",
    "画质好清晰",
    "hello hello",
    "晚上好",
];

#[cfg(test)]
mod tests {
    use super::*;
    use model::Nickname;

    #[test]
    fn the_room_takes_every_name_and_word() {
        assert!(room::Title::parse(TITLE).is_some());
        for number in 0..200 {
            assert!(Nickname::parse(&name(number)).is_ok(), "{}", name(number));
        }
        assert!(CHAT.iter().all(|text| text.chars().count() <= 500));
        assert!(DANMAKU.iter().all(|text| text.chars().count() <= 100 && !text.contains('\n')));
    }
}
