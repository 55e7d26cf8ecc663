// How a Rust program comes to use AVX2: by --cfg style="…". Without one, by what -C target-cpu allows everywhere.
// Written for rustc 1.63 and later.
#![allow(dead_code, unexpected_cfgs)]
use std::arch::x86_64::*;
use std::sync::atomic::{AtomicUsize, Ordering};

#[target_feature(enable = "avx2")]
unsafe fn sum_wide(numbers: &[i32]) -> i32 {
    let mut total = _mm256_setzero_si256();
    for chunk in numbers.chunks_exact(8) {
        total = _mm256_add_epi32(total, _mm256_loadu_si256(chunk.as_ptr() as *const __m256i));
    }
    let mut lanes = [0i32; 8];
    _mm256_storeu_si256(lanes.as_mut_ptr() as *mut __m256i, _mm256_abs_epi32(total));
    lanes.iter().sum()
}

#[inline(never)]
fn sum_plain(numbers: &[i32]) -> i32 {
    numbers.iter().fold(0i32, |sum, number| sum.wrapping_add(number.wrapping_mul(1)))
}

fn sum_wide_safely(numbers: &[i32]) -> i32 {
    unsafe { sum_wide(numbers) }
}

#[cfg(style = "detected")]
fn sum(numbers: &[i32]) -> i32 {
    if is_x86_feature_detected!("avx2") { sum_wide_safely(numbers) } else { sum_plain(numbers) }
}

// a pointer that the first call sets, as memchr and sha2 have it
#[cfg(style = "pointer")]
fn sum(numbers: &[i32]) -> i32 {
    static CHOSEN: AtomicUsize = AtomicUsize::new(0);
    let mut chosen = CHOSEN.load(Ordering::Relaxed);
    if chosen == 0 {
        let best: fn(&[i32]) -> i32 = if is_x86_feature_detected!("avx2") { sum_wide_safely } else { sum_plain };
        chosen = best as usize;
        CHOSEN.store(chosen, Ordering::Relaxed);
    }
    let chosen: fn(&[i32]) -> i32 = unsafe { std::mem::transmute(chosen) };
    chosen(numbers)
}

#[cfg(style = "enumeration")]
#[derive(Clone, Copy)]
enum Level {
    Plain,
    Wide,
}

// a value that is passed around, as rav1e has it
#[cfg(style = "enumeration")]
fn sum(numbers: &[i32]) -> i32 {
    #[inline(never)]
    fn detect() -> Level {
        if is_x86_feature_detected!("avx2") { Level::Wide } else { Level::Plain }
    }
    #[inline(never)]
    fn sum_at(level: Level, numbers: &[i32]) -> i32 {
        match level {
            Level::Plain => sum_plain(numbers),
            Level::Wide => sum_wide_safely(numbers),
        }
    }
    sum_at(detect(), numbers)
}

// what std::sync::OnceLock and LazyLock do: the closure gets the address of the value, and stores through it
#[cfg(any(style = "once", style = "lock", style = "lock-forced"))]
struct Once<T> {
    once: std::sync::Once,
    value: std::cell::UnsafeCell<std::mem::MaybeUninit<T>>,
}

#[cfg(any(style = "once", style = "lock", style = "lock-forced"))]
unsafe impl<T: Sync> Sync for Once<T> {}

#[cfg(any(style = "once", style = "lock", style = "lock-forced"))]
impl<T: Copy> Once<T> {
    fn get_or_init(&self, make: impl FnOnce() -> T) -> T {
        *self.get_or_init_ref(make)
    }

    fn get_or_init_ref(&self, make: impl FnOnce() -> T) -> &T {
        if !self.once.is_completed() {
            self.initialize(make);
        }
        unsafe { &*(self.value.get() as *const T) }
    }

    #[cold]
    #[inline(never)]
    fn initialize(&self, make: impl FnOnce() -> T) {
        let mut make = Some(make);
        let slot = &self.value;
        self.once.call_once_force(|_| unsafe {
            (*slot.get()).write(make.take().unwrap()());
        });
    }
}

#[cfg(style = "once")]
static HAS_AVX2: Once<bool> = Once { once: std::sync::Once::new(), value: std::cell::UnsafeCell::new(std::mem::MaybeUninit::uninit()) };

#[cfg(style = "once")]
fn sum(numbers: &[i32]) -> i32 {
    if HAS_AVX2.get_or_init(|| is_x86_feature_detected!("avx2")) { sum_wide_safely(numbers) } else { sum_plain(numbers) }
}

// an implementation that is looked up where it is needed, as crc-fast has it; `lock-forced` looks at another as well, which nobody asked for
#[cfg(any(style = "lock", style = "lock-forced"))]
#[derive(Clone, Copy)]
enum Operations {
    Widest,
    Wide,
    Plain,
}

#[cfg(any(style = "lock", style = "lock-forced"))]
impl Once<Operations> {
    const fn new() -> Once<Operations> {
        Once { once: std::sync::Once::new(), value: std::cell::UnsafeCell::new(std::mem::MaybeUninit::uninit()) }
    }
}

#[cfg(any(style = "lock", style = "lock-forced"))]
#[inline(never)]
fn find_operations() -> Operations {
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avx512f") {
        Operations::Widest
    } else if is_x86_feature_detected!("avx2") {
        Operations::Wide
    } else {
        Operations::Plain
    }
}

#[cfg(any(style = "lock", style = "lock-forced"))]
#[inline(never)]
fn operations(numbers: &[i32]) -> &'static Operations {
    static FOUND: Once<Operations> = Once::<Operations>::new();
    static SET: Once<Operations> = Once::<Operations>::new();
    let found = FOUND.get_or_init_ref(find_operations);
    if cfg!(style = "lock-forced") && numbers.len() < 1000 { SET.get_or_init_ref(|| Operations::Wide) } else { found }
}

#[cfg(any(style = "lock", style = "lock-forced"))]
fn sum(numbers: &[i32]) -> i32 {
    match operations(numbers) {
        Operations::Plain => sum_plain(numbers),
        _ => sum_wide_safely(numbers),
    }
}

// a level among the parameters of what makes a state, whose methods return it (blake2s_simd); `chain-forced` asks another state
#[cfg(any(style = "chain", style = "chain-forced"))]
struct Parameters {
    seed: [u32; 5],
    wide: bool,
}

#[cfg(any(style = "chain", style = "chain-forced"))]
#[derive(Clone, Copy)]
struct State {
    seed: [u32; 5],
    length: usize,
    wide: bool,
}

#[cfg(any(style = "chain", style = "chain-forced"))]
impl Parameters {
    #[inline(never)]
    fn to_state(&self) -> State {
        State { seed: self.seed, length: 0, wide: self.wide }
    }
}

#[cfg(any(style = "chain", style = "chain-forced"))]
impl State {
    #[inline(never)]
    fn update(&mut self, numbers: &[i32]) -> &mut State {
        self.length += numbers.len();
        self
    }

    #[inline(never)]
    fn other<'a>(&'a mut self, another: &'a mut State) -> &'a mut State {
        if cfg!(style = "chain-forced") && self.length < 1000 { another } else { self }
    }

    #[inline(never)]
    fn finish(&self, numbers: &[i32]) -> i32 {
        let sum = if self.wide { sum_wide_safely(numbers) } else { sum_plain(numbers) };
        sum.wrapping_add(self.seed[1] as i32)
    }
}

#[cfg(any(style = "chain", style = "chain-forced"))]
fn sum(numbers: &[i32]) -> i32 {
    #[inline(never)]
    fn detect() -> bool {
        is_x86_feature_detected!("avx2")
    }
    let parameters = Parameters { seed: [0; 5], wide: detect() };
    let mut forced = Parameters { seed: [0; 5], wide: true }.to_state();
    let mut state = parameters.to_state();
    state.update(numbers).other(&mut forced).finish(numbers)
}

// a flag in an object on the heap, which is given on, as snap and crc32fast have it
#[cfg(style = "boxed")]
struct Summer {
    total: u64,
    wide: bool,
}

#[cfg(style = "boxed")]
impl Summer {
    #[inline(never)]
    fn new() -> Box<Summer> {
        Box::new(Summer { total: 0, wide: is_x86_feature_detected!("avx2") })
    }

    #[inline(never)]
    fn add(&mut self, numbers: &[i32]) {
        self.total += if self.wide { sum_wide_safely(numbers) } else { sum_plain(numbers) } as u64;
    }
}

#[cfg(style = "boxed")]
fn sum(numbers: &[i32]) -> i32 {
    let mut summer = Summer::new();
    summer.add(numbers);
    summer.total as i32
}

// an implementation chosen when an object is made, as aho-corasick has it
#[cfg(style = "object")]
trait Sums {
    fn sum(&self, numbers: &[i32]) -> i32;
}

#[cfg(style = "object")]
struct Plain;

#[cfg(style = "object")]
impl Sums for Plain {
    fn sum(&self, numbers: &[i32]) -> i32 {
        sum_plain(numbers)
    }
}

#[cfg(style = "object")]
struct Wide;

#[cfg(style = "object")]
impl Sums for Wide {
    fn sum(&self, numbers: &[i32]) -> i32 {
        sum_wide_safely(numbers)
    }
}

#[cfg(style = "object")]
fn sum(numbers: &[i32]) -> i32 {
    #[inline(never)]
    fn chosen() -> Box<dyn Sums> {
        if is_x86_feature_detected!("avx2") { Box::new(Wide) } else { Box::new(Plain) }
    }
    chosen().sum(numbers)
}

#[cfg(style = "unguarded")]
fn sum(numbers: &[i32]) -> i32 {
    sum_wide_safely(numbers)
}

// the program checks for something else, and uses AVX2 without a check
#[cfg(style = "checks-another")]
fn sum(numbers: &[i32]) -> i32 {
    if is_x86_feature_detected!("rdseed") {
        println!("has RDSEED");
    }
    sum_wide_safely(numbers)
}

#[cfg(style = "refuses")]
fn sum(numbers: &[i32]) -> i32 {
    if !is_x86_feature_detected!("avx2") {
        eprintln!("needs AVX2");
        std::process::exit(3);
    }
    sum_wide_safely(numbers)
}

#[cfg(style = "plain")]
fn sum(numbers: &[i32]) -> i32 {
    let text: String = numbers.iter().map(|number| char::from(b'a' + (number & 15) as u8)).collect();
    let ones: u32 = numbers.iter().map(|number| number.count_ones()).sum();
    sum_plain(numbers) + (ones as i32) * 0 + (text.matches("abc").count() as i32) * 0
}

// asks for less than what it then uses
#[cfg(style = "weak")]
fn sum(numbers: &[i32]) -> i32 {
    if is_x86_feature_detected!("sse2") { sum_wide_safely(numbers) } else { sum_plain(numbers) }
}

// what the check found out is set again by somebody else
#[cfg(style = "forced")]
static WIDE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
#[cfg(style = "forced")]
fn sum(numbers: &[i32]) -> i32 {
    #[inline(never)]
    fn detect() { WIDE.store(is_x86_feature_detected!("avx2"), Ordering::SeqCst); }
    #[inline(never)]
    fn tune(count: usize) { if count > 4 { WIDE.store(true, Ordering::SeqCst); } }
    detect();
    tune(numbers.len());
    if WIDE.load(Ordering::SeqCst) { sum_wide_safely(numbers) } else { sum_plain(numbers) }
}

// one caller asks, another demands
#[cfg(style = "argument")]
fn sum(numbers: &[i32]) -> i32 {
    #[inline(never)]
    fn with(numbers: &[i32], wide: bool) -> i32 { if wide { sum_wide_safely(numbers) } else { sum_plain(numbers) } }
    let first = with(numbers, is_x86_feature_detected!("avx2"));
    with(numbers, true) + first - first
}

fn main() {
    let count = 8 * (std::env::args().count() as i32 + 11);
    let numbers: Vec<i32> = (1..=count).collect();
    assert_eq!(sum(&numbers), count * (count + 1) / 2);
    println!("ok");
}
