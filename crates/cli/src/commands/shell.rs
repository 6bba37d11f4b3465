use std::io;

use clap::CommandFactory;

use crate::arguments::Arguments;

/// Prints completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "fenqun", &mut text);
    write(&text)
}

/// Prints the man page of the program, then those of its commands.
pub fn man() -> anyhow::Result<()> {
    let command = Arguments::command();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for sub in command.get_subcommands() {
        let name = format!("fenqun-{}", sub.get_name());
        clap_mangen::Man::new(sub.clone().name(name)).render(&mut text)?;
    }
    write(&text)
}

/// Writes to stdout; a reader that went away is no fault.
fn write(text: &[u8]) -> anyhow::Result<()> {
    match io::Write::write_all(&mut io::stdout(), text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
