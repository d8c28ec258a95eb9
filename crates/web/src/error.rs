//! How the server says no: one body for every error, one status for every reason.

use auth::AuthError;
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use house::{OpenError, SendError};
use protocol::ErrorCode;
use protocol::api::ApiErrorDto;
use store::{Conflict, StoreError};

use crate::encode;
use crate::line::ListenError;

/// A request that was refused, or failed.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    status: StatusCode,
    body: ApiErrorDto,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl ApiError {
    /// A refusal with the status its reason has everywhere.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> ApiError {
        let body = ApiErrorDto { code, message: message.into(), retry_at: None };
        ApiError { status: status(code), body, headers: Vec::new() }
    }

    /// A refusal that says when it may be tried again, in Unix milliseconds.
    pub fn retry_at(mut self, at: Option<u64>) -> ApiError {
        self.body.retry_at = at;
        self
    }

    /// The same with another status, where a protocol asks for one.
    pub fn status(mut self, status: StatusCode) -> ApiError {
        self.status = status;
        self
    }

    /// The same with a header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> ApiError {
        self.headers.push((name, value));
        self
    }

    /// Why, for programs.
    pub fn code(&self) -> ErrorCode {
        self.body.code
    }

    /// Nobody, or nobody yet.
    pub fn sign_in_needed() -> ApiError {
        ApiError::new(ErrorCode::SignInNeeded, "Say who you are first: sign in, or enter with a name.")
    }

    /// A thing that is not there.
    pub fn not_found(message: &str) -> ApiError {
        ApiError::new(ErrorCode::NotFound, message)
    }

    /// A room that is not there.
    pub fn no_such_room() -> ApiError {
        ApiError::new(ErrorCode::NoSuchRoom, "There is no room at this address.")
    }

    /// Something the server cannot do now, and can soon.
    pub fn busy() -> ApiError {
        ApiError::new(ErrorCode::Busy, "The server has as much to do as it can; try again in a moment.")
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// Something that cannot be. Its cause is in the log.
    pub fn fault() -> ApiError {
        ApiError::new(ErrorCode::Fault, "A fault of the server's; its operator finds it in the log.")
    }
}

/// The kind of each refusal, as HTTP says it.
fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::SignInNeeded | ErrorCode::WrongCredentials => StatusCode::UNAUTHORIZED,
        ErrorCode::NotAllowed
        | ErrorCode::KeyNeeded
        | ErrorCode::WrongKey
        | ErrorCode::WrongOrigin
        | ErrorCode::Banned
        | ErrorCode::Muted
        | ErrorCode::Outranked
        | ErrorCode::SetupOver
        | ErrorCode::RegistrationClosed => StatusCode::FORBIDDEN,
        ErrorCode::TooManyAttempts | ErrorCode::TooFast => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::EmptyText
        | ErrorCode::TextTooLong
        | ErrorCode::BadText
        | ErrorCode::OutOfRange
        | ErrorCode::BadName
        | ErrorCode::BadPassword
        | ErrorCode::BadSlug => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::NoSuchMessage | ErrorCode::NoSuchPerson | ErrorCode::NoSuchRoom | ErrorCode::NotFound => {
            StatusCode::NOT_FOUND
        }
        ErrorCode::NotPresent | ErrorCode::NotLive | ErrorCode::NameTaken | ErrorCode::AlreadyLive => {
            StatusCode::CONFLICT
        }
        ErrorCode::BadRequest | ErrorCode::BadSdp => StatusCode::BAD_REQUEST,
        ErrorCode::NoCommonCodec => StatusCode::NOT_ACCEPTABLE,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Full | ErrorCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Fault => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let code = self.body.code;
        let mut response = (self.status, Json(self.body)).into_response();
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        // The counters of refusals read it from here.
        response.extensions_mut().insert(Refused(code));
        response
    }
}

impl From<SendError> for ApiError {
    fn from(error: SendError) -> ApiError {
        match error {
            SendError::Busy | SendError::Unavailable | SendError::Closed => ApiError::busy(),
            SendError::Refused(refusal) => {
                let (code, retry_at) = encode::error_code(error);
                ApiError::new(code, format!("{refusal}.")).retry_at(retry_at.map(|at| at.0))
            }
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::Conflict(conflict) => contradiction(conflict),
            StoreError::Unavailable { .. } | StoreError::InUse { .. } | StoreError::CannotOpen { .. } => {
                tracing::error!(error = %chain(&error), "The database did not answer a request");
                ApiError::busy()
            }
            StoreError::Corrupt { .. } | StoreError::TooLarge { .. } | StoreError::Newer { .. } => {
                tracing::error!(error = %chain(&error), "The database could not answer a request");
                ApiError::fault()
            }
        }
    }
}

/// What contradicts what is kept already.
fn contradiction(conflict: Conflict) -> ApiError {
    let code = match conflict {
        Conflict::NameTaken | Conflict::AlreadyRegistered => ErrorCode::NameTaken,
        Conflict::SlugTaken => {
            return ApiError::new(ErrorCode::BadSlug, format!("{conflict}.")).status(StatusCode::CONFLICT);
        }
        Conflict::NoSuchPerson => ErrorCode::NoSuchPerson,
        Conflict::NoSuchRoom => ErrorCode::NoSuchRoom,
        Conflict::NoSuchSession => ErrorCode::SignInNeeded,
        Conflict::SetupRefused => ErrorCode::SetupOver,
        // Neither is a client's doing.
        Conflict::Sequence { .. } | Conflict::SecretInUse => return ApiError::busy(),
    };
    ApiError::new(code, format!("{conflict}."))
}

/// An error with what led to it, for the log. Errors of the store hold no names and no words of people.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> ApiError {
        let message = format!("{error}.");
        match error {
            AuthError::WrongPassword => ApiError::new(ErrorCode::WrongCredentials, message),
            AuthError::WrongKey => ApiError::new(ErrorCode::WrongKey, message),
            AuthError::WrongSetupToken => ApiError::new(ErrorCode::SetupOver, message),
            AuthError::TooMany { retry_at } => {
                ApiError::new(ErrorCode::TooManyAttempts, message).retry_at(Some(retry_at.0))
            }
            AuthError::PasswordTooShort { .. } | AuthError::PasswordTooLong { .. } => {
                ApiError::new(ErrorCode::BadPassword, message)
            }
            AuthError::NotSignedIn => ApiError::sign_in_needed(),
            AuthError::BadTitle => ApiError::new(ErrorCode::BadText, message),
            AuthError::Busy => ApiError::busy(),
            AuthError::NoSecret(_) => {
                tracing::error!(error = %chain(&error), "A secret could not be made");
                ApiError::fault()
            }
            AuthError::Store(error) => error.into(),
        }
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> ApiError {
        match error {
            OpenError::Store(error) => error.into(),
            OpenError::Full | OpenError::Closed => ApiError::busy(),
        }
    }
}

impl From<ListenError> for ApiError {
    fn from(error: ListenError) -> ApiError {
        match error {
            ListenError::Room(error) => error.into(),
            ListenError::Adopt(_) => ApiError::busy(),
        }
    }
}

/// On a response: why it is a refusal.
#[derive(Debug, Clone, Copy)]
pub struct Refused(pub ErrorCode);
