//! HTTP, WebSocket, SSE, WHIP, WHEP and the page.
