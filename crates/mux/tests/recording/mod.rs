//! Real recordings, and the programs that tests hold ours against.
//!
//! The recordings are found in the folder that LIVEHOUSE_MEDIA names, or beside the repository; a test that lacks them
//! or a program says so and passes.

#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;

use media::Frame;
use mux::fmp4::{Movie, TrackInfo};

/// A recording, or `None` with a word about it.
pub fn recording(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media");
    let folder = std::env::var_os("LIVEHOUSE_MEDIA").map_or(beside, PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        println!("not run: {name} is missing; set LIVEHOUSE_MEDIA to the folder of the recordings");
    }
    (path.exists() && program("ffmpeg")).then_some(path)
}

/// Whether a program is here.
pub fn program(name: &str) -> bool {
    let there =
        Command::new(name).arg(if name == "ffmpeg" { "-version" } else { "--version" }).output().is_ok();
    if !there {
        println!("not run: {name} is missing");
    }
    there
}

/// Runs ffmpeg, which must have nothing to say against it; what it wrote to `-`.
#[track_caller]
pub fn ffmpeg(arguments: &[&str]) -> String {
    let ran =
        Command::new("ffmpeg").args(["-nostdin", "-v", "error", "-y"]).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.is_empty(), "ffmpeg {arguments:?}: {said}");
    String::from_utf8(ran.stdout).unwrap()
}

/// Makes a fragmented file of a recording, as ffmpeg does.
#[track_caller]
pub fn fragmented(source: &Path, transcode: &[&str], target: &str) {
    let mut arguments = vec!["-i", source.to_str().unwrap()];
    arguments.extend(transcode);
    arguments.extend(["-movflags", "delay_moov+default_base_moof+frag_keyframe", "-use_editlist", "0"]);
    arguments.extend(["-video_track_timescale", "90000", target]);
    ffmpeg(&arguments);
}

/// The frames of the first track of a recording.
#[track_caller]
pub fn frames(name: &str, transcode: &[&str]) -> Option<(TrackInfo, Vec<Frame>)> {
    let source = recording(name)?;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("source.mp4");
    fragmented(&source, transcode, target.to_str().unwrap());
    let bytes = std::fs::read(&target).unwrap();
    let mut movie = Movie::read(&bytes).unwrap();
    let track = movie.tracks.remove(0);
    movie.tracks.clear();
    movie.tracks.push(track.clone());
    let frames = movie.samples(&bytes).unwrap().iter().map(|piece| track.frame(piece)).collect();
    Some((track, frames))
}
