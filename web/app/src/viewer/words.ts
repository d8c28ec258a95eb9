// The viewer's words.

import { catalogue } from "../shell/language.ts";
import { en } from "../text/viewer.en.ts";
import { zh } from "../text/viewer.zh-CN.ts";

export const text = catalogue({ en, "zh-CN": zh });
