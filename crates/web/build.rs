//! Packs the built page into the crate: every file of `web/app/dist`, each also as gzip and brotli where that is
//! smaller, as a table of `include_bytes!`. Without a built page (no Node on this machine) a small one says so.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width\">\n<title>Livehouse</title>\n\
<h1>The page was not built</h1>\n\
<p>This server was compiled without its page. Run <code>make build</code>, then start it again.</p>\n\
<p>编译本服务器时没有页面。请运行 <code>make build</code>，然后重新启动。</p>\n</html>\n";

fn main() -> io::Result<()> {
    let crate_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let dist = crate_dir.join("../../web/app/dist");
    println!("cargo::rerun-if-changed=build.rs");
    // A path that is not there would count as changed at every build. On a read-only source tree the folder
    // cannot be made, and then the page will not appear by itself either.
    if dist.is_dir() || fs::create_dir_all(&dist).is_ok() {
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    let packed = out.join("page");
    if packed.exists() {
        fs::remove_dir_all(&packed)?;
    }
    fs::create_dir_all(&packed)?;
    let mut files = Vec::new();
    collect(&dist, &dist, &mut files)?;
    if !files.iter().any(|(name, _)| name == "index.html") {
        files = vec![("index.html".to_owned(), NOT_BUILT.as_bytes().to_vec())];
    }
    files.sort();
    let mut table = String::from("static FILES: &[File] = &[\n");
    for (number, (name, bytes)) in files.iter().enumerate() {
        pack(&packed, number, name, bytes, &mut table)?;
    }
    table.push_str("];\n");
    fs::write(out.join("page.rs"), table)
}

/// Every file below `dir`, by its name in addresses.
fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(dir) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        // Maps are for who develops; they are several times the page.
        if !name.ends_with(".map") && !name.starts_with('.') {
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

fn pack(packed: &Path, number: usize, name: &str, bytes: &[u8], table: &mut String) -> io::Result<()> {
    let plain = packed.join(number.to_string());
    fs::write(&plain, bytes)?;
    let gzip = smaller(bytes, gzip(bytes)?, &packed.join(format!("{number}.gz")))?;
    let brotli = smaller(bytes, brotli(bytes)?, &packed.join(format!("{number}.br")))?;
    writeln!(
        table,
        "    File {{ name: {name:?}, plain: include_bytes!({plain:?}), gzip: {gzip}, brotli: {brotli}, \
         tag: \"\\\"{:016x}\\\"\" }},",
        fnv(bytes)
    )
    .map_err(io::Error::other)
}

/// The source text that includes `packed`, or says that packing gained nothing.
fn smaller(bytes: &[u8], packed: Vec<u8>, path: &Path) -> io::Result<String> {
    if packed.len() >= bytes.len() {
        return Ok("None".to_owned());
    }
    fs::write(path, packed)?;
    Ok(format!("Some(include_bytes!({path:?}))"))
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params)?;
    Ok(packed)
}

/// FNV-1a: it tells two builds of a file apart, which is all an entity tag has to.
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
