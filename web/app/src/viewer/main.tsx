// The viewer's page, `/r/<room>`.

import "./viewer.css";
import "./picture.css";
import "./chat.css";

import { start } from "../shell/start.tsx";
import { ViewerPage } from "./viewer-page.tsx";
import { Visit } from "./visit.ts";

const slug = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const key = new URLSearchParams(location.hash.slice(1)).get("key");
// A key does not stay in the address, where it would be copied, bookmarked and seen over a shoulder.
if (key !== null) history.replaceState(null, "", location.pathname + location.search);

const visit = new Visit(slug);
start(() => <ViewerPage visit={visit} />);
void visit.arrive(key);
