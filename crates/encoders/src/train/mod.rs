//! The training loop and the layers of every small network of this room.
//!
//! # Idea and maths
//! A network is a chain of layers; each gives its result forwards and, asked backwards with the
//! slope of the loss by its result, the slopes by its own numbers and by what came in. The loop
//! goes through the rows in batches, in an order drawn by the seed, and after each batch lets AdamW
//! take a step: running means `m` of the slope and `v` of its square give
//! `w ← w − rate · (decay · w + m̂ / (√v̂ + ε))`.
//!
//! A share of the labelled rows is held out. After every epoch the loss on it is written into the
//! learning curve; when it has not fallen for `patience` epochs, training ends. The network of the
//! best epoch is what is kept.
//!
//! # Why slopes written by hand
//! The tensor library's automatic ones are not used here: its generator of random numbers and its
//! graph of operations are one for the whole process, and its sums are split by the number of
//! threads, so two fits side by side would change one another's numbers. Six kinds of layers, each
//! checked against finite differences, are less than the price of that.
//!
//! # Same numbers everywhere
//! Every number of a product is one sum in one order, whoever computes it and whatever rows come
//! together; see `products.rs`. So a user alone gets the same bits as among others.
//!
//! # Cost
//! Six operations a weight, a row and an epoch, and some twelve more a weight for each batch.
//! Memory: five numbers a weight, and the results of all layers for one batch.
//!
//! # When to use it
//! Through [`crate::perceptron`], [`crate::token_baseline`] and [`crate::behaviour_head`].
//!
//! # Paper
//! Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, 2019. Ioffe and Szegedy, *Batch
//! Normalization*, 2015. Ba, Kiros and Hinton, *Layer Normalization*, 2016. Hendrycks and Gimpel,
//! *Gaussian Error Linear Units*, 2016. Srivastava and others, *Dropout*, 2014.
//!
//! # Example
//! ```
//! use fenqun_encoders::train::{Schedule, Training};
//!
//! let training = Training { epochs: 20, schedule: Schedule::Cosine, ..Training::default() };
//! assert!(training.check().is_ok());
//! assert!(Training { learning_rate: 0.0, ..training }.check().is_err());
//! ```

mod activation;
mod adam_w;
mod batches;
mod fit;
mod layer;
mod linear;
mod loss;
mod network;
mod norm;
mod params;
mod products;

#[cfg(test)]
mod tests;

pub use activation::Activation;
pub use fit::Epoch;
pub(crate) use fit::{Task, train};
pub(crate) use layer::Layer;
pub(crate) use linear::Linear;
pub(crate) use loss::{Target, softmax};
pub(crate) use network::{Input, Network};
pub(crate) use norm::{BatchNorm, LayerNorm};
pub use params::{ClassWeights, Schedule, Training};
pub(crate) use params::{number, whole};
