//! Dates and durations as playlists write them.

use media::MediaTime;

/// Unix milliseconds as ISO 8601 in UTC.
pub fn iso(wall_ms: i64) -> String {
    let (days, in_day) = (wall_ms.div_euclid(86_400_000), wall_ms.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (in_day / 3_600_000, in_day / 60_000 % 60, in_day / 1_000 % 60);
    let millis = in_day % 1_000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The date of a day counted from 1970-01-01, by eras of 400 years that begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Seconds with five decimals, to the nearest: finer than a tick of any video clock.
pub fn seconds(length: MediaTime) -> String {
    const UNIT: i64 = MediaTime::PER_SECOND / 100_000;
    let units = length.0.max(0).saturating_add(UNIT / 2) / UNIT;
    format!("{}.{:05}", units / 100_000, units % 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso(1_795_247_999_999), "2026-11-21T07:59:59.999Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn seconds_are_rounded_once() {
        assert_eq!(seconds(MediaTime::from_millis(2_002)), "2.00200");
        assert_eq!(seconds(MediaTime::from_ticks(1_024 * 23, 48_000)), "0.49067");
        assert_eq!(seconds(MediaTime(-5)), "0.00000");
    }
}
