// An evening's talk, for pictures and for tests that want a room with people in it.

import type { Present } from "@livehouse/protocol";

import type { House } from "./house.ts";

const people: Record<string, Present> = {
  moderator: { id: 2, name: "阿哲", role: "moderator" },
  mei: { id: 3, name: "Mei", role: "viewer" },
  tom: { id: 4, name: "Tom Okafor", role: "guest" },
  dou: { id: 5, name: "豆豆爱听歌", role: "viewer" },
  ana: { id: 6, name: "Ana", role: "guest" },
};

export function evening(house: House): void {
  const { moderator, mei, tom, dou, ana } = people as Record<string, Present>;
  if (!moderator || !mei || !tom || !dou || !ana) return;
  const minute = 60_000;
  house.chat(mei, "来啦来啦，今天坐第一排", {}, 9 * minute);
  house.chat(tom, "Good evening from Lisbon! Sound is great tonight.", {}, 8 * minute);
  house.chat(house.host, "晚上好！十分钟后开始，第一首是《Autumn Leaves》", {}, 8 * minute);
  const question = house.chat(ana, "Is the pianist the same as last week?", {}, 6 * minute);
  house.chat(moderator, "Yes! 还是小周老师", { reply_to: question.seq }, 5 * minute);
  const spam = house.chat(tom, "buy followers at cheap dot example", {}, 5 * minute);
  house.happen({ event: "deleted", by: 2, message: spam.seq }, 4 * minute);
  house.happen(
    { event: "muted", by: 2, whom: 4, name: "Tom Okafor", until: Date.now() + 10 * minute },
    4 * minute,
  );
  house.happen({ event: "live_started", show: 1 }, 3 * minute);
  house.danmaku(dou, "开始了开始了！", 0xffe14d);
  house.chat(dou, "这段贝斯太好听了吧 🎸 我要录下来循环一整天，低音一出来鸡皮疙瘩都起来了", {}, 2 * minute);
  house.chat(ana, "@林小满 could you play Blue in Green later? 💙", { mentions: [1] }, minute);
  house.chat(house.host, "@Ana 安排在第三首", { mentions: [6] }, 30_000);
  house.danmaku(mei, "哇哦", 0xff86c0);
  house.chat(mei, "❤️❤️❤️", {}, 5_000);
}

/** A burst of danmaku over the picture. */
export function flights(house: House): void {
  const words = [
    "好听！",
    "Encore!",
    "这个鼓点绝了",
    "晚上好",
    "Hello from Porto",
    "前排合影",
    "爱了爱了",
    "What a solo",
    "第一次来，太棒了",
  ];
  const colours = [0xffffff, 0xffe14d, 0x6cc8ff, 0xff86c0, 0x4fdc7c];
  for (const [n, word] of words.entries()) {
    house.danmaku({ id: 20 + n, name: `v${n}`, role: "guest" }, word, colours[n % colours.length]);
  }
  house.danmaku(house.host, "谢谢大家！", 0xffb73d, "top");
}
