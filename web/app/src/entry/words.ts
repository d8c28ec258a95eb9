// The words of the way in.

import { catalogue } from "../shell/language.ts";
import { en } from "../text/entry.en.ts";
import { zh } from "../text/entry.zh-CN.ts";

export const entryText = catalogue({ en, "zh-CN": zh });
