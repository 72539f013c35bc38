/** Internal: finding runs of a context document in other text. Not part of the public interface. */
@NullMarked
package dev.rlm.egress.echo;

import org.jspecify.annotations.NullMarked;
