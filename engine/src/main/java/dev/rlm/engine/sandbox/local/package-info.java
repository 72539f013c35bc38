/** The unsafe sandbox: the guest agent as a plain child process, for development only. */
@NullMarked
package dev.rlm.engine.sandbox.local;

import org.jspecify.annotations.NullMarked;
