// The words of the studio.

import { catalogue } from "../shell/language.ts";
import { en } from "../text/studio.en.ts";
import { zh } from "../text/studio.zh-CN.ts";

export const studioText = catalogue({ en, "zh-CN": zh });
