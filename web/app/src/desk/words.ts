// The words of the desk and of the talk beside the studio.

import { catalogue } from "../shell/language.ts";
import { en } from "../text/desk.en.ts";
import { zh } from "../text/desk.zh-CN.ts";

export const deskText = catalogue({ en, "zh-CN": zh });
