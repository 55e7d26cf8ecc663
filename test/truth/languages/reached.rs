// Ways in which Rust comes to AVX2 without asking, in a program that asks for another kernel: by --cfg style="…".
#![allow(dead_code, unexpected_cfgs)]
use std::arch::x86_64::*;

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
    numbers.iter().fold(0i32, |sum, number| sum.wrapping_add(number.wrapping_mul(3)))
}

#[target_feature(enable = "avx2")]
unsafe fn peak_wide(numbers: &[i32]) -> i32 {
    let mut peak = _mm256_setzero_si256();
    for chunk in numbers.chunks_exact(8) {
        peak = _mm256_max_epi32(peak, _mm256_loadu_si256(chunk.as_ptr() as *const __m256i));
    }
    let mut lanes = [0i32; 8];
    _mm256_storeu_si256(lanes.as_mut_ptr() as *mut __m256i, peak);
    lanes.iter().copied().max().unwrap()
}

#[inline(never)]
fn peak_plain(numbers: &[i32]) -> i32 {
    numbers.iter().copied().fold(0, |a, b| if a > b { a } else { b })
}

fn wide(numbers: &[i32]) -> i32 {
    unsafe { peak_wide(numbers) }
}

#[inline(never)]
fn guarded(numbers: &[i32]) -> i32 {
    if is_x86_feature_detected!("avx2") { unsafe { sum_wide(numbers) } } else { sum_plain(numbers) }
}

#[cfg(style = "either")]
fn run(numbers: &[i32]) -> i32 {
    if is_x86_feature_detected!("avx2") || numbers.len() > 16 { wide(numbers) } else { peak_plain(numbers) }
}

#[cfg(style = "length")]
fn run(numbers: &[i32]) -> i32 {
    #[inline(never)]
    fn peak(numbers: &[i32]) -> i32 {
        if numbers.len() >= 32 { wide(numbers) } else { peak_plain(numbers) }
    }
    peak(numbers) + peak(&numbers[..5])
}

#[cfg(style = "closures")]
fn run(numbers: &[i32]) -> i32 {
    let offset = numbers[3];
    let steps: Vec<Box<dyn Fn(&[i32]) -> i32>> = vec![Box::new(peak_plain), Box::new(move |numbers| wide(numbers) + offset)];
    steps.iter().map(|step| step(numbers)).sum()
}

#[cfg(style = "traits")]
trait Filter {
    fn apply(&self, numbers: &[i32]) -> i32;
    fn name(&self) -> &str;
}
#[cfg(style = "traits")]
struct Blur;
#[cfg(style = "traits")]
struct Sharpen(i32);
#[cfg(style = "traits")]
impl Filter for Blur {
    fn apply(&self, numbers: &[i32]) -> i32 { peak_plain(numbers) }
    fn name(&self) -> &str { "blur" }
}
#[cfg(style = "traits")]
impl Filter for Sharpen {
    fn apply(&self, numbers: &[i32]) -> i32 { wide(numbers) + self.0 }
    fn name(&self) -> &str { "sharpen" }
}
#[cfg(style = "traits")]
fn run(numbers: &[i32]) -> i32 {
    let filters: Vec<Box<dyn Filter>> = vec![Box::new(Blur), Box::new(Sharpen(numbers[2]))];
    filters.iter().filter(|filter| filter.name() != "blur").map(|filter| filter.apply(numbers)).sum()
}

#[cfg(style = "map")]
fn run(numbers: &[i32]) -> i32 {
    let mut kernels: std::collections::HashMap<&str, fn(&[i32]) -> i32> = std::collections::HashMap::new();
    kernels.insert("plain", peak_plain);
    kernels.insert("wide", wide);
    kernels["wide"](numbers)
}

#[cfg(style = "thread")]
fn run(numbers: &[i32]) -> i32 {
    let numbers = numbers.to_vec();
    std::thread::spawn(move || wide(&numbers)).join().unwrap()
}

#[cfg(style = "channel")]
fn run(numbers: &[i32]) -> i32 {
    let (sender, receiver) = std::sync::mpsc::channel::<Box<dyn FnOnce() -> i32 + Send>>();
    let worker = std::thread::spawn(move || receiver.iter().map(|job| job()).sum::<i32>());
    let (first, second) = (numbers.to_vec(), numbers.to_vec());
    sender.send(Box::new(move || peak_plain(&first))).unwrap();
    sender.send(Box::new(move || wide(&second))).unwrap();
    drop(sender);
    worker.join().unwrap()
}

#[cfg(style = "drop")]
struct Guard(Vec<i32>);
#[cfg(style = "drop")]
impl Drop for Guard {
    fn drop(&mut self) { println!("{}", wide(&self.0)); }
}
#[cfg(style = "drop")]
fn run(numbers: &[i32]) -> i32 {
    let guard = Guard(numbers.to_vec());
    guard.0.len() as i32
}

#[cfg(style = "hook")]
fn run(numbers: &[i32]) -> i32 {
    let numbers = numbers.to_vec();
    let count = numbers.len();
    std::panic::set_hook(Box::new(move |_| println!("{}", wide(&numbers))));
    std::panic::catch_unwind(|| assert!(count > 5000)).is_err() as i32
}

#[cfg(style = "sort")]
fn run(numbers: &[i32]) -> i32 {
    let mut chunks: Vec<&[i32]> = numbers.chunks_exact(8).collect();
    chunks.sort_by(|a, b| wide(b).cmp(&wide(a)));
    chunks[0][0]
}

#[cfg(style = "lazy")]
static KERNEL: std::sync::OnceLock<fn(&[i32]) -> i32> = std::sync::OnceLock::new();
#[cfg(style = "lazy")]
fn run(numbers: &[i32]) -> i32 {
    KERNEL.get_or_init(|| if std::env::args().count() < 100 { wide } else { peak_plain })(numbers)
}

#[cfg(style = "kinds")]
#[derive(Clone, Copy, PartialEq)]
enum Kind { Bytes, Words, Floats }
#[cfg(style = "kinds")]
#[inline(never)]
fn kind_of(number: i32) -> Kind {
    match number % 3 { 0 => Kind::Bytes, 1 => Kind::Words, _ => Kind::Floats }
}
#[cfg(style = "kinds")]
fn run(numbers: &[i32]) -> i32 {
    #[inline(never)]
    fn peak(kind: Kind, numbers: &[i32]) -> i32 {
        match kind {
            Kind::Bytes => peak_plain(numbers),
            Kind::Words => wide(numbers),
            Kind::Floats => peak_plain(&numbers[1..]) * 3,
        }
    }
    numbers[..4].iter().map(|&number| peak(kind_of(number), numbers)).sum()
}

#[cfg(style = "generic")]
trait Backend { fn peak(numbers: &[i32]) -> i32; }
#[cfg(style = "generic")]
struct Fast;
#[cfg(style = "generic")]
struct Slow;
#[cfg(style = "generic")]
impl Backend for Fast { #[inline(never)] fn peak(numbers: &[i32]) -> i32 { wide(numbers) } }
#[cfg(style = "generic")]
impl Backend for Slow { #[inline(never)] fn peak(numbers: &[i32]) -> i32 { peak_plain(numbers) } }
#[cfg(style = "generic")]
#[inline(never)]
fn each<B: Backend>(numbers: &[i32]) -> i32 { numbers.chunks(64).map(B::peak).sum() }
#[cfg(style = "generic")]
fn run(numbers: &[i32]) -> i32 {
    let config = std::env::var("BACKEND").unwrap_or_else(|_| "fast".to_string());
    if config == "fast" { each::<Fast>(numbers) } else { each::<Slow>(numbers) }
}

#[cfg(style = "future")]
fn run(numbers: &[i32]) -> i32 {
    use std::{future::Future, pin::Pin, task::{Context, Poll, RawWaker, RawWakerVTable, Waker}};
    struct Once(bool);
    impl Future for Once {
        type Output = ();
        fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            if self.0 { Poll::Ready(()) } else { self.0 = true; Poll::Pending }
        }
    }
    async fn work(numbers: Vec<i32>) -> i32 {
        let first = peak_plain(&numbers);
        Once(false).await;
        first + wide(&numbers)
    }
    fn clone(_: *const ()) -> RawWaker { RawWaker::new(std::ptr::null(), &TABLE) }
    fn nothing(_: *const ()) {}
    static TABLE: RawWakerVTable = RawWakerVTable::new(clone, nothing, nothing, nothing);
    let waker = unsafe { Waker::from_raw(clone(std::ptr::null())) };
    let mut future: Pin<Box<dyn Future<Output = i32>>> = Box::pin(work(numbers.to_vec()));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) { return value; }
    }
}

#[cfg(style = "local")]
thread_local! { static PEAK: i32 = wide(&(0..64).collect::<Vec<i32>>()); }
#[cfg(style = "local")]
fn run(numbers: &[i32]) -> i32 { PEAK.with(|peak| *peak) + numbers[1] }

#[cfg(style = "table")]
static OPERATIONS: [(&str, u32, fn(&[i32]) -> i32); 4] = [("add", 1, peak_plain), ("sub", 2, peak_plain), ("mul", 3, wide), ("div", 4, peak_plain)];
#[cfg(style = "table")]
fn run(numbers: &[i32]) -> i32 {
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "mul".to_string());
    OPERATIONS.iter().find(|(name, _, _)| *name == wanted).map(|(_, level, operation)| operation(numbers) + *level as i32).unwrap_or(0)
}

#[cfg(style = "result")]
fn run(numbers: &[i32]) -> i32 {
    #[inline(never)]
    fn load(path: &str) -> Result<Vec<i32>, std::io::Error> { std::fs::read(path).map(|bytes| bytes.iter().map(|&byte| byte as i32).collect()) }
    match load("/nonexistent/numbers") { Ok(loaded) => peak_plain(&loaded), Err(_) => wide(numbers) }
}

#[cfg(style = "constant")]
fn run(numbers: &[i32]) -> i32 {
    // what was cached for the tests stayed in
    static LEVEL: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);
    use std::sync::atomic::Ordering::Relaxed;
    if LEVEL.load(Relaxed) == 0 { LEVEL.store(if is_x86_feature_detected!("avx2") { 3 } else { 2 }, Relaxed); }
    if LEVEL.load(Relaxed) >= 2 { wide(numbers) } else { peak_plain(numbers) }
}

fn main() {
    let numbers: Vec<i32> = (0..1024).map(|i| i * 3 + std::env::args().count() as i32).collect();
    println!("{}", guarded(&numbers));
    println!("{}", run(&numbers));
}
