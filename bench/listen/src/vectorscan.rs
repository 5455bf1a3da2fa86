//! Vectorscan: each word, beginning and row of words is a pattern, each query a logical combination of them.
//!
//! It tells when a combination holds *so far*, so `NOT` has no meaning at the end of a post; and it has no `NEAR`.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulonglong, c_void};

use crate::clock::Passes;
use crate::said::Said;
use crate::{Given, Match, Measured};

const SINGLE_MATCH: c_uint = 8;
const COMBINATION: c_uint = 512;
const QUIET: c_uint = 1024;
const BLOCK: c_uint = 1;
/// Numbers of combinations begin here, after those of patterns.
const QUERIES: u32 = 1 << 24;

#[repr(C)]
struct CompileError {
    message: *const c_char,
    expression: c_int,
}

type OnMatch = extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;

#[link(name = "hs")]
unsafe extern "C" {
    fn hs_compile_multi(
        expressions: *const *const c_char,
        flags: *const c_uint,
        ids: *const c_uint,
        elements: c_uint,
        mode: c_uint,
        platform: *const c_void,
        database: *mut *mut c_void,
        error: *mut *mut CompileError,
    ) -> c_int;
    fn hs_alloc_scratch(database: *const c_void, scratch: *mut *mut c_void) -> c_int;
    fn hs_scan(
        database: *const c_void,
        data: *const c_char,
        length: c_uint,
        flags: c_uint,
        scratch: *mut c_void,
        on_match: OnMatch,
        context: *mut c_void,
    ) -> c_int;
    fn hs_free_compile_error(error: *mut CompileError) -> c_int;
    fn hs_free_scratch(scratch: *mut c_void) -> c_int;
    fn hs_free_database(database: *mut c_void) -> c_int;
}

/// Patterns that were made ready, with the memory for scanning.
struct Database {
    database: *mut c_void,
    scratch: *mut c_void,
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: both were made by the library and nobody else has them.
        unsafe {
            hs_free_scratch(self.scratch);
            hs_free_database(self.database);
        }
    }
}

impl Database {
    fn new(patterns: &[(CString, c_uint, u32)]) -> Result<Self, String> {
        let expressions: Vec<*const c_char> = patterns.iter().map(|(text, ..)| text.as_ptr()).collect();
        let flags: Vec<c_uint> = patterns.iter().map(|(_, flags, _)| *flags).collect();
        let ids: Vec<c_uint> = patterns.iter().map(|(.., id)| *id).collect();
        let (mut database, mut scratch, mut error) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: three rows of the same length that outlive the call; it sets `database`, or `error`, which is freed.
        unsafe {
            let done = hs_compile_multi(
                expressions.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                patterns.len() as c_uint,
                BLOCK,
                std::ptr::null(),
                &mut database,
                &mut error,
            );
            if done != 0 {
                let message = CStr::from_ptr((*error).message).to_string_lossy().into_owned();
                hs_free_compile_error(error);
                return Err(message);
            }
            if hs_alloc_scratch(database, &mut scratch) != 0 {
                hs_free_database(database);
                return Err("no memory for scanning".to_owned());
            }
        }
        Ok(Self { database, scratch })
    }

    fn scan(&self, text: &str, found: &mut Vec<u32>) {
        extern "C" fn on_match(id: c_uint, _: c_ulonglong, _: c_ulonglong, _: c_uint, found: *mut c_void) -> c_int {
            // SAFETY: the pointer is the one given to `hs_scan` below, of a vector nobody else uses meanwhile.
            let found = unsafe { &mut *found.cast::<Vec<u32>>() };
            found.push(id - QUERIES);
            0
        }
        let context = std::ptr::from_mut(found).cast();
        // SAFETY: database and scratch belong together and are used by this thread alone; the text outlives the call.
        let done = unsafe { hs_scan(self.database, text.as_ptr().cast(), text.len() as c_uint, 0, self.scratch, on_match, context) };
        assert_eq!(done, 0, "hs_scan");
    }
}

/// Measures it.
pub fn run(given: &Given<'_>) -> Result<Measured, String> {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let combined: Vec<(String, u32)> =
        given.queries.iter().map(|(number, query)| (combination(&Said::of(query), &mut numbers), QUERIES + number)).collect();
    let c_string = |text: String| CString::new(text).map_err(|error| error.to_string());
    let mut patterns = Vec::new();
    for (text, number) in numbers {
        patterns.push((c_string(text)?, QUIET | SINGLE_MATCH, number));
    }
    for (text, number) in combined {
        patterns.push((c_string(text)?, COMBINATION | SINGLE_MATCH, number));
    }
    let begun = std::time::Instant::now();
    let database = Database::new(&patterns)?;
    eprintln!("Vectorscan: {} patterns made ready in {:.1?}", patterns.len(), begun.elapsed());

    let posts: Vec<String> = given.posts.iter().map(|post| format!(" {post} ")).collect();
    let mut found = Vec::new();
    let passes = Passes::of(|| {
        for post in &posts {
            found.clear();
            database.scan(post, &mut found);
        }
    });
    let mut matches: Vec<Match> = Vec::new();
    for (number, post) in (0..).zip(&posts) {
        found.clear();
        database.scan(post, &mut found);
        matches.extend(found.iter().map(|query| (number, *query)));
    }
    matches.sort_unstable();
    Ok(Measured { cpu: passes.cpu, wall: passes.wall, matches })
}

/// A combination has at least one operator.
fn combination(said: &Said, numbers: &mut HashMap<String, u32>) -> String {
    let alone = translate(said, numbers);
    if alone.contains(' ') { alone } else { format!("{alone} | {alone}") }
}

fn translate(said: &Said, numbers: &mut HashMap<String, u32>) -> String {
    let mut joined = |parts: &[Said], with: &str| {
        let parts: Vec<String> = parts.iter().map(|part| translate(part, numbers)).collect();
        format!("({})", parts.join(with))
    };
    match said {
        Said::All(parts) => joined(parts, " & "),
        Said::Any(parts) => joined(parts, " | "),
        Said::Word(word) => pattern(format!(" {word} "), numbers),
        Said::Beginning(beginning) => pattern(format!(" {beginning}"), numbers),
        Said::Phrase(words) => pattern(format!(" {} ", words.join(" ")), numbers),
        Said::Not(_) | Said::Near(..) => unreachable!("Vectorscan is not asked"),
    }
}

fn pattern(text: String, numbers: &mut HashMap<String, u32>) -> String {
    let next = numbers.len() as u32;
    numbers.entry(text).or_insert(next).to_string()
}
