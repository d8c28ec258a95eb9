// The words of the shell itself.

import { en } from "../text/shell.en.ts";
import { zh } from "../text/shell.zh-CN.ts";
import { catalogue } from "./language.ts";

export const shellText = catalogue({ en, "zh-CN": zh });
