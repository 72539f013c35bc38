/** Internal: linear-time matching of byte shapes. Not part of the public interface. */
@NullMarked
package dev.rlm.egress.match;

import org.jspecify.annotations.NullMarked;
