//! Has the kernel hold a process, and all that it starts, to one TCP port: the wall inside Python knows nothing of a
//! program that a migration starts, and a command of the user's has none. Where the kernel cannot (Linux before 6.7, other
//! systems) that wall, or the variables that a command finds, stand alone.

use tokio::process::Command;

/// Whether this kernel can.
#[cfg(target_os = "linux")]
pub(super) fn can_hold() -> bool {
    use landlock::{AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr};

    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    ruleset.handle_access(AccessNet::ConnectTcp).and_then(Ruleset::create).is_ok()
}

/// Lets the process connect to this port only.
#[cfg(target_os = "linux")]
pub(super) fn hold_to(command: &mut Command, port: u16) {
    use landlock::{AccessNet, NetPort, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError};

    let rules = || -> Result<_, RulesetError> {
        Ruleset::default()
            .handle_access(AccessNet::ConnectTcp)?
            .create()?
            .add_rule(NetPort::new(port, AccessNet::ConnectTcp))
    };
    // The crate answers a kernel without such rules by rules that do nothing.
    let mut rules = rules().ok();
    #[expect(unsafe_code, reason = "between fork and exec, only system calls, which are signal-safe")]
    // SAFETY: everything is allocated before; the child makes two system calls and closes a file.
    unsafe {
        command.pre_exec(move || match rules.take().map(|rules| rules.restrict_self()) {
            Some(Err(_)) => Err(std::io::ErrorKind::PermissionDenied.into()),
            Some(Ok(_)) | None => Ok(()),
        });
    }
}

/// Other systems cannot.
#[cfg(not(target_os = "linux"))]
pub(super) fn can_hold() -> bool {
    false
}

/// Other systems have no such rules.
#[cfg(not(target_os = "linux"))]
pub(super) fn hold_to(_command: &mut Command, _port: u16) {}
