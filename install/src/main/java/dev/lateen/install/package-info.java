/** The distribution's front door: {@code meshctl} and its commands, one class each. */
@NullMarked
package dev.lateen.install;

import org.jspecify.annotations.NullMarked;
