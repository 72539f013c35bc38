/** What runs did, as JSON: while they do it, and kept on disk for a time. */
@NullMarked
package dev.rlm.engine.history;

import org.jspecify.annotations.NullMarked;
