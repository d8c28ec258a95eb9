// Words around one's account and around every failure, in Chinese.

import type { Translated } from "../shell/language.ts";
import type { en } from "./account.en.ts";

export const zh: Translated<typeof en> = {
  signIn: "登录",
  account: "账号",
  menuOf: (name) => `${name} 的账号`,
  changeName: "修改名字",
  changePassword: "修改密码",
  signOut: "退出登录",
  signedOut: "已退出登录。",
  guest: "本设备上的游客",
  name: "名字",
  nameHint: "1 到 24 个字符，房间里的人看到的就是它。",
  nameChanged: "名字已修改。",
  passwordNow: "当前密码",
  passwordNew: "新密码",
  passwordRule: "至少 8 个字符，用几个词连起来就很好。",
  passwordEnds: "其他设备都会退出登录。",
  passwordChanged: "密码已修改，其他设备已退出登录。",
  wrongNow: "当前密码不对。",
  showPassword: "显示密码",
  hidePassword: "隐藏密码",
  strength: (level) => `强度：${level}`,
  strengths: {
    short: "太短",
    weak: "容易被猜到",
    fair: "还行",
    strong: "很强",
  },
  longer: (missing) => `还差 ${missing} 个字符`,
  again: (left) => `${left} 后可以重试`,
  preferences: "语言与外观",
  home: "Livehouse 首页",
  copyOf: (what) => `复制${what}`,
  needed: "这里要填。",
};
