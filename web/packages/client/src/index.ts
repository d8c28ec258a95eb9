export { Api, type Failure, type Fetch, type Result } from "./api.ts";
