// This file is written by `cargo xtask codegen` from crates/protocol. Do not edit it.

export type RoleDto = "host" | "moderator" | "viewer" | "guest";
export type AccessDto = "public" | "unlisted" | "by_key";
export type ModeDto = "scroll" | "top" | "bottom";
export type SizeDto = "small" | "normal" | "large";
export type CurveDto = { per_minute_max: number; tau_ms: number };
export type LiveDto =
  | { state: "off" }
  | { state: "on"; show: number; since: number }
  | { state: "interrupted"; show: number; since: number; until: number };

export type Resume = { epoch: number; seq: number };
export type Order =
  | { do: "ping" }
  | { do: "chat"; text: string; reply_to: number | null; mentions: number[] }
  | { do: "danmaku"; text: string; mode: ModeDto; colour: number; size: SizeDto }
  | { do: "like"; count: number }
  | { do: "delete"; message: number }
  | { do: "mute"; whom: number; seconds: number }
  | { do: "unmute"; whom: number }
  | { do: "ban"; whom: number; seconds: number | null }
  | { do: "unban"; whom: number }
  | { do: "slow_mode"; seconds: number }
  | { do: "appoint"; whom: number; moderator: boolean }
  | { do: "configure"; title: string | null; access: AccessDto | null; danmaku: CurveDto | null }
  | { do: "end_live" };
export type ClientMessage = { join: boolean; resume: Resume | null } | ({ key: number } & Order);

export type SpeechDto =
  | { speech: "chat"; text: string; reply_to?: number | undefined; mentions?: number[] | undefined }
  | { speech: "danmaku"; text: string; mode: ModeDto; colour: number; size: SizeDto };
export type EventBody =
  | ({ event: "said"; by: number; name: string; role: RoleDto; times?: number | null } & SpeechDto)
  | { event: "deleted"; by: number; message: number }
  | { event: "renamed"; who: number; name: string }
  | { event: "muted"; by: number; whom: number; name: string; until: number }
  | { event: "unmuted"; by: number; whom: number }
  | { event: "banned"; by: number; whom: number; name: string; until: number | null }
  | { event: "unbanned"; by: number; whom: number }
  | { event: "slow_mode_set"; by: number; seconds: number }
  | { event: "appointed"; by: number; whom: number; name: string; moderator: boolean }
  | { event: "configured"; by: number; title: string; access: AccessDto; danmaku: CurveDto }
  | { event: "live_started"; show: number }
  | { event: "live_interrupted"; show: number; until: number }
  | { event: "live_resumed"; show: number }
  | { event: "live_ended"; show: number };
export type EventDto = { seq: number; at: number } & EventBody;

export type Disconnect =
  | "restart"
  | "slow"
  | "silent"
  | "reenter"
  | "fault"
  | "bad_message"
  | "flood"
  | "banned"
  | "signed_out"
  | "not_allowed"
  | "full";
export type ErrorCode =
  | "sign_in_needed"
  | "wrong_credentials"
  | "too_many_attempts"
  | "not_allowed"
  | "key_needed"
  | "wrong_key"
  | "wrong_origin"
  | "not_present"
  | "banned"
  | "muted"
  | "too_fast"
  | "empty_text"
  | "text_too_long"
  | "bad_text"
  | "out_of_range"
  | "no_such_message"
  | "no_such_person"
  | "no_such_room"
  | "not_found"
  | "outranked"
  | "not_live"
  | "full"
  | "name_taken"
  | "bad_name"
  | "bad_password"
  | "bad_slug"
  | "setup_over"
  | "registration_closed"
  | "bad_request"
  | "bad_sdp"
  | "no_common_codec"
  | "already_live"
  | "too_large"
  | "busy"
  | "fault";

export type Present = { id: number; name: string; role: RoleDto };
export type Counts = { present: number; likes: number; joined?: Present[] };
export type You = { id: number | null; name: string | null; role: RoleDto; muted_until: number | null };
export type RoomDto = {
  slug: string;
  title: string;
  access: AccessDto;
  host: Present;
  live: LiveDto;
  slow_mode_s: number;
  danmaku: CurveDto;
  counts: Counts;
  now: number;
};
export type ServerMessage =
  | {
      type: "welcome";
      you: You;
      room: RoomDto;
      epoch: number;
      seq: number;
      recovered: boolean;
      events: EventDto[];
    }
  | { type: "events"; epoch: number; seq: number; events: EventDto[]; sampled_out?: number }
  | ({ type: "counts" } & Counts)
  | { type: "gap"; from: number; to: number }
  | { type: "done"; key: number; event: EventDto | null }
  | { type: "refused"; key: number; code: ErrorCode; message: string; retry_at: number | null }
  | { type: "pong"; key: number; at: number }
  | { type: "closing"; disconnect: Disconnect; reconnect_ms: number | null };

export type ApiErrorDto = { code: ErrorCode; message: string; retry_at?: number | undefined };
export type PersonDto = { id: number; name: string; registered: boolean };
export type MyRoomDto = { slug: string; title: string; role: RoleDto };
export type MeDto = {
  person: PersonDto | null;
  rooms: MyRoomDto[];
  setup_needed: boolean;
  registration_open: boolean;
};
export type NameDto = { name: string };
export type CredentialsDto = { name: string; password: string };
export type ChangePasswordDto = { current: string; new: string };
export type SetupDto = {
  token: string;
  name: string;
  password: string;
  room_title: string;
  room_slug: string;
};
export type SetupDoneDto = { room: string; stream_key: string };
export type RoomCardDto = {
  slug: string;
  title: string;
  host: string;
  access: AccessDto;
  live: LiveDto;
  present: number;
  role: RoleDto;
  may_enter: boolean;
};
export type EntryDto = { key: string };
export type DoorDto = { password: string | null; new_link: boolean };
export type DoorDoneDto = { link_key: string | null };
export type StreamKeyDto = { stream_key: string };
export type HistoryDto = { epoch: number; events: EventDto[]; more: boolean };
export type PeopleDto = { present: number; people: Present[] };
export type SanctionDto = { id: number; name: string; until: number | null };
export type SanctionsDto = { muted: SanctionDto[]; banned: SanctionDto[] };
export type AuditDto = { events: EventDto[]; more: boolean };
export type MediaDto = {
  publishing: boolean;
  video_codec: string | null;
  audio_codec: string | null;
  ingest_bps: number;
  ingest_loss: number;
  watching: number;
};
