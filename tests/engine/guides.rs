//! The guides and the README, held to what they say: each block of configuration is one that Terraform takes with this provider, each command
//! runs, or says in its first line where it would; tables of names and rights are those of the program.
//!
//! | in a page | means |
//! |---|---|
//! | `<!-- file: NAME -->` before a block | its commands run in a folder with that file |
//! | `<!-- fails -->` before commands | the last of them fails |
//! | `<!-- part of: TYPE -->` before configuration | lines for a block of another provider, of which only the form can be looked at |
//! | `<!-- Terraform 1.14 -->`, `1.12` | needs a newer Terraform than the tests have: likewise |
//! | a block `text` right after commands | they print these lines, in this order; `…` is anything |
//! | `# in the project's folder` | first line of commands that build or test: what they name is there |
//! | `# against a real Azure`, `# with Terraform 1.14` | first line of commands that nothing here can run: the shell must take them, and `make fidelity` lets the official CLI read those of `az` |

mod authentication;
mod configuration;
mod page;
mod permissions;
mod readme;
mod session;
mod shell;
