//! System calls that Rust's standard library has no name for.

/// The kernel's number of the calling thread.
pub fn thread_id() -> i64 {
    // SAFETY: takes no arguments and cannot fail.
    unsafe { libc::syscall(libc::SYS_gettid) }
}

/// Names the calling thread: with at most 15 bytes, and those before the first NUL.
pub fn set_thread_name(name: &[u8]) {
    let mut bytes: Vec<u8> = name.iter().copied().take_while(|&b| b != 0).take(15).collect();
    bytes.push(0);
    // SAFETY: the name is NUL-terminated and outlives the call.
    unsafe {
        libc::pthread_setname_np(libc::pthread_self(), bytes.as_ptr().cast());
    }
}

/// The calling thread's name, as the system knows it.
pub fn thread_name() -> Vec<u8> {
    let mut name = [0; 100];
    // SAFETY: there is room for as many bytes as is said.
    let status = unsafe { libc::pthread_getname_np(libc::pthread_self(), name.as_mut_ptr(), name.len()) };
    if status != 0 {
        return Vec::new();
    }
    name.iter().map(|c| c.cast_unsigned()).take_while(|&byte| byte != 0).collect()
}
