/** Finds and redacts secrets and copies of a context document in bytes that leave a sandbox. */
@NullMarked
package dev.rlm.egress;

import org.jspecify.annotations.NullMarked;
