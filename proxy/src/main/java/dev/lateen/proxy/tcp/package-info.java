/** Carries bytes between a downstream connection and an upstream host, with back-pressure and half-close. */
@NullMarked
package dev.lateen.proxy.tcp;

import org.jspecify.annotations.NullMarked;
