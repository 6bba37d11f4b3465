//! The room from outside: files in, event table out.

mod hostile;
mod init;
mod properties;
mod real_data;
mod rules;
mod shop;
