//! The findings of this recipe and of the engine: codes, and what they mean.
