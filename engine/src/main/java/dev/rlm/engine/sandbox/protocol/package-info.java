/** Frames and messages between host and guest, and the conversation that runs code over them. */
@NullMarked
package dev.rlm.engine.sandbox.protocol;

import org.jspecify.annotations.NullMarked;
