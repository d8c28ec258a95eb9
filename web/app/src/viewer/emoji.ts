// A small list of emoji by kind, loaded when it is first opened.

export const EMOJI = {
  faces:
    "😀 😄 😁 😆 😂 🤣 😊 😇 🙂 😉 😍 🥰 😘 😋 😜 🤪 🤗 🤭 🤫 🤔 🫡 😐 🙄 😏 😌 😴 🤤 😎 🤓 🥳 😮 😲 😳 🥺 😢 😭 😤 😡 🤯 😱 🥶 🥵 🤢 🤧 🤡 👻 💀 🐶 🐱 🐼",
  hands: "👍 👎 👏 🙌 👐 🤝 🙏 ✌️ 🤞 🤟 🤘 👌 🤌 👋 ✋ 👊 ✊ 💪 👉 👈 👆 👇 ☝️ 🫶 🫰 🖐️",
  hearts: "❤️ 🧡 💛 💚 💙 💜 🤎 🖤 🤍 💔 ❣️ 💕 💞 💓 💗 💖 💘 💝 💟 ♥️",
  party: "🎉 🎊 🎁 🎂 🎈 🏆 🥇 🎵 🎶 🎤 🎸 🎹 🥁 🎷 🎺 🎻 🎬 🎮 🎯 ✨ 🌟 ⭐ 💫 🔥 💥 💯 🚀 ⚡ 🌈 🧧 🏮 🀄",
  nature: "🌸 🌹 🌻 🌷 🌿 🍀 🌵 🌴 🍁 🍂 🌙 ☀️ ⛅ 🌧️ ❄️ ☃️ 🌊 🐰 🐻 🐯 🦁 🐮 🐷 🐸 🐔 🐧 🦊 🐢 🦋 🐝 🐉 🦄",
  food: "🍎 🍊 🍉 🍇 🍓 🍑 🥭 🍍 🥥 🥑 🍅 🌽 🍞 🥐 🧀 🍔 🍟 🍕 🌮 🍜 🍣 🍙 🥟 🍦 🍩 🍪 🍰 🍫 🍬 🍺 🍻 🥂 🍷 ☕ 🍵 🧋",
} as const;

export type EmojiGroup = keyof typeof EMOJI;
