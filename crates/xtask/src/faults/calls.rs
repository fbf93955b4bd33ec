//! System calls: their names, and which of them change something.

use nix::libc;

/// Calls that the write path and its process make. Another one is shown by its number.
const NAMES: &[(libc::c_long, &str)] = &[
    (libc::SYS_read, "read"),
    (libc::SYS_write, "write"),
    (libc::SYS_open, "open"),
    (libc::SYS_close, "close"),
    (libc::SYS_stat, "stat"),
    (libc::SYS_fstat, "fstat"),
    (libc::SYS_lstat, "lstat"),
    (libc::SYS_lseek, "lseek"),
    (libc::SYS_mmap, "mmap"),
    (libc::SYS_mprotect, "mprotect"),
    (libc::SYS_munmap, "munmap"),
    (libc::SYS_mremap, "mremap"),
    (libc::SYS_madvise, "madvise"),
    (libc::SYS_brk, "brk"),
    (libc::SYS_rt_sigaction, "rt_sigaction"),
    (libc::SYS_rt_sigprocmask, "rt_sigprocmask"),
    (libc::SYS_sigaltstack, "sigaltstack"),
    (libc::SYS_ioctl, "ioctl"),
    (libc::SYS_pread64, "pread64"),
    (libc::SYS_pwrite64, "pwrite64"),
    (libc::SYS_fcntl, "fcntl"),
    (libc::SYS_flock, "flock"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_ftruncate, "ftruncate"),
    (libc::SYS_getdents64, "getdents64"),
    (libc::SYS_getcwd, "getcwd"),
    (libc::SYS_mkdir, "mkdir"),
    (libc::SYS_readlink, "readlink"),
    (libc::SYS_readlinkat, "readlinkat"),
    (libc::SYS_fchmod, "fchmod"),
    (libc::SYS_fchown, "fchown"),
    (libc::SYS_getpid, "getpid"),
    (libc::SYS_gettid, "gettid"),
    (libc::SYS_geteuid, "geteuid"),
    (libc::SYS_getuid, "getuid"),
    (libc::SYS_getegid, "getegid"),
    (libc::SYS_getgid, "getgid"),
    (libc::SYS_fstatfs, "fstatfs"),
    (libc::SYS_fsetxattr, "fsetxattr"),
    (libc::SYS_fgetxattr, "fgetxattr"),
    (libc::SYS_flistxattr, "flistxattr"),
    (libc::SYS_fremovexattr, "fremovexattr"),
    (libc::SYS_openat, "openat"),
    (libc::SYS_mkdirat, "mkdirat"),
    (libc::SYS_newfstatat, "newfstatat"),
    (libc::SYS_unlinkat, "unlinkat"),
    (libc::SYS_renameat, "renameat"),
    (libc::SYS_renameat2, "renameat2"),
    (libc::SYS_faccessat, "faccessat"),
    (libc::SYS_faccessat2, "faccessat2"),
    (libc::SYS_fallocate, "fallocate"),
    (libc::SYS_syncfs, "syncfs"),
    (libc::SYS_statx, "statx"),
    (libc::SYS_getrandom, "getrandom"),
    (libc::SYS_clock_gettime, "clock_gettime"),
    (libc::SYS_exit_group, "exit_group"),
];

/// Those that can change a file, a folder or what is on the disk; `openat` can create one.
const CHANGING: &[libc::c_long] = &[
    libc::SYS_write,
    libc::SYS_pwrite64,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fsync,
    libc::SYS_syncfs,
    libc::SYS_openat,
    libc::SYS_mkdir,
    libc::SYS_mkdirat,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_unlinkat,
    libc::SYS_fchmod,
    libc::SYS_fchown,
    libc::SYS_fsetxattr,
    libc::SYS_fremovexattr,
    libc::SYS_ioctl,
];

/// `pwrite64`, or `call 999`.
pub(crate) fn name(number: libc::c_long) -> String {
    let known = NAMES.iter().find(|(call, _)| *call == number);
    known.map_or_else(|| format!("call {number}"), |(_, name)| (*name).to_owned())
}

pub(crate) fn changes(number: libc::c_long) -> bool {
    CHANGING.contains(&number)
}

/// Writes bytes, the number of which is its third argument.
pub(crate) fn writes(number: libc::c_long) -> bool {
    [libc::SYS_write, libc::SYS_pwrite64].contains(&number)
}

pub(crate) fn renames(number: libc::c_long) -> bool {
    [libc::SYS_renameat, libc::SYS_renameat2].contains(&number)
}

/// Cannot fail, or does not return (getpid(2), getuid(2), exit_group(2)): the process can only be killed before.
pub(crate) fn cannot_fail(number: libc::c_long) -> bool {
    [libc::SYS_getpid, libc::SYS_getuid, libc::SYS_geteuid, libc::SYS_exit, libc::SYS_exit_group]
        .contains(&number)
}
