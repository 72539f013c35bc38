/** Long-lived sandboxes: who owns which, one execution at a time in each, and when they end. */
@NullMarked
package dev.rlm.engine.session;

import org.jspecify.annotations.NullMarked;
