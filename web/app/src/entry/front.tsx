import { Brand } from "../shell/brand.tsx";
import { start } from "../shell/start.tsx";

start(() => (
  <main>
    <Brand />
  </main>
));
